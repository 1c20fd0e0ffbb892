import { refuseMovedAccount, undeletedText } from "../../decision/case";
import { isWorking } from "../../decision/plan";
import type { Entry } from "../../decision/verdicts";
import { DecisionError } from "../../shared/problem";
import type { OnDelete } from "../../shared/vocabulary";
import { mayNotAct, removing } from "../decision/delete";
import { deletionLine } from "../decision/lines";
import { refuseNewerState, urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import type { Wire } from "../wire";
import { decideAll, failureText, timeoutOf } from "./apply";
import type { Due } from "./evidence";
import { report } from "./lines";
import { type AdmissionMemory, type OpenAdmission, openAdmission, targetOf } from "./open";
import { survey } from "./survey";

/** What `onDelete` asks for: everything that the rules accept and that works is rejected, or deleted. */
export async function removeAdmission(process: ProviderProcess, id: string, props: Wire): Promise<void> {
    refuseNewerState(props);
    const onDelete = (props.onDelete ?? "keep") as OnDelete;
    const urn = urnOf(props);
    const memory = (props.__memory ?? {}) as AdmissionMemory;
    if (onDelete === "keep" || mayNotAct(process, onDelete, { key: id, account: memory.account, urn })) {
        return;
    }
    const { messages } = process;
    const opened = await openAdmission(await process.places.stored(id, props.scope), props, memory);
    refuseMovedAccount(opened, id);
    const found = await survey(process, opened, urn, true);
    if ("unreadable" in found) {
        throw new DecisionError(undeletedText(id, found.unreadable, urn));
    }
    const keyOf = ({ seen }: Entry) => targetOf(opened, seen.id).address.key;
    const accepted = found.entries.filter(
        (entry) =>
            entry.judgement.verdict === "accept" &&
            isWorking(entry.seen) &&
            !mayNotAct(process, onDelete, { key: keyOf(entry), account: memory.account, urn }),
    );
    for (const entry of accepted) {
        messages.reportNamed(deletionLine(onDelete, keyOf(entry), entry.seen), urn);
    }
    await messages.flush();
    const due = accepted.map(({ seen }): Due => ({ id: seen.id, group: "cut", from: seen.status }));
    const timeoutMs = timeoutOf(opened, props, "delete");
    const { failures, done } = await decideAll(process, closed(opened, onDelete), due, timeoutMs, urn);
    messages.reportNamed(report(done), urn);
    if (failures.length > 0) {
        throw new DecisionError(failureText(failures, due.length));
    }
}

/** Everybody is out: the same scope with nobody accepted, existing connections included. */
function closed(opened: OpenAdmission, onDelete: OnDelete): OpenAdmission {
    const { lifecycle, admission } = opened;
    return {
        ...opened,
        admission: { ...admission, rules: [], otherwise: "reject", existing: "enforce", allowRemoval: true },
        lifecycle: onDelete === "reject" ? lifecycle : removing(lifecycle),
    };
}
