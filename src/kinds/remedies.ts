import type { CloudError } from "./cloud";
import type { ConnectionKind, Scope } from "./kind";
import type { Action } from "./table";

/** What can be done about a failed call, by its class. */

/** What a call in that scope was for. */
type Purpose = "read" | Action;

/** The permissions that it needs, as policies name them. */
export function permissionsFor(kind: ConnectionKind, { at }: Scope, purpose: Purpose): string {
    const parts = kind.permissionParts?.(at) ?? {};
    return (kind.permissions[purpose] ?? [])
        .map((permission) => permission.replace(/\{(\w+)\}/g, (written, name: string) => parts[name] ?? written))
        .join(" and ");
}

/** What to do; undefined: nothing that the class of the failure tells, the cloud's words must. */
export function remedyFor(
    kind: ConnectionKind,
    scope: Scope,
    purpose: Purpose,
    { failure, remedy }: Partial<Pick<CloudError, "failure" | "remedy">>,
): string | undefined {
    if (remedy !== undefined) {
        return remedy;
    }
    const needed = permissionsFor(kind, scope, purpose);
    switch (failure) {
        case "denied":
            return `give these credentials ${needed}, or use others that have it`;
        case "credentials":
            return `give this process working ${kind.cloud.title} credentials of the account that decides here, with ${needed}`;
        default:
            return undefined;
    }
}
