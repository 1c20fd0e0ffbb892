import type { Stored } from "../../decision/fields";
import { isWorking } from "../../decision/plan";
import type { Status } from "../../shared/vocabulary";
import type { Change } from "./change";
import { common, factsOf, optional, type Row } from "./rows";

/** What leaving the program does to a connection. Deletes have no preview: this is what the last run stored. */
export function deletionRows(change: Change): Row[] {
    const { after: _after, ...left } = change;
    const { before, retained, op } = left;
    const what = op === "delete" ? "delete" : "replacement";
    if (before === undefined) {
        const note = `an update plan does not say what its ${what} does (onDelete); a preview with --json does`;
        return [{ ...common(left), group: "unread", notes: [note] }];
    }
    const { requester, status } = factsOf(before.observed);
    const base = { ...common(left), ...optional("requester", requester), ...optional("from", status) };
    const onDelete = String(before.onDelete ?? "keep");
    if (retained === true || onDelete === "keep") {
        const why = retained === true ? "retainOnDelete" : "onDelete: keep";
        return [{ ...base, group: "settled", notes: [`no longer declared (${why}); the cloud stays as it is`] }];
    }
    const carriesOut = `its ${what} carries out onDelete: ${onDelete}, unless another resource declares it`;
    return [{ ...base, ...fateOf(left, before, onDelete), notes: [carriesOut, ...scopeNote(left)] }];
}

/** What cannot be ruled out counts: an admission rejects whatever works then, and a status that is not known may be accepted. */
function fateOf({ type }: Change, { observed }: Stored, onDelete: string): Pick<Row, "group" | "to" | "removes"> {
    const status = factsOf(observed).status as Status | undefined;
    const mayWork = type === "admission" || status === undefined || status === "unknown" || isWorking({ status });
    return onDelete === "remove"
        ? { group: mayWork ? "cut" : "removal", to: "absent", removes: true }
        : { group: mayWork ? "cut" : "reject", to: "rejected" };
}

function scopeNote({ type }: Change): string[] {
    return [
        type === "admission"
            ? "every working connection that its rules accept"
            : "as the last run left it: deletes have no preview",
    ];
}
