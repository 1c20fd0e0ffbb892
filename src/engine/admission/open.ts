import { type Admission, readAdmission } from "../../decision/admission";
import type { Setting } from "../../decision/case";
import { type Except, readExcept } from "../../decision/except";
import { scopeFields } from "../../decision/fields";
import type { TimeBoxes } from "../../decision/time-boxes";
import { findKind } from "../../kinds/index";
import type { AnyConnection } from "../../kinds/kind";
import { type Target, targetInScope } from "../../place/target";
import { ANY, keyInScope } from "../../shared/key";
import { DecisionError } from "../../shared/problem";
import type { AdmissionClaim } from "../run";
import { openSetting } from "../setting";
import type { Wire } from "../wire";

/** An admission, its scope and what holds there: what check, create, update, read and delete have in common. */
export interface OpenAdmission extends Setting {
    readonly admission: Admission;
    /** Stands for every connection of the scope. */
    readonly any: Target;
    /** The id in the state: the key of a connection with `*` for the connection. */
    readonly key: string;
    readonly memory: AdmissionMemory;
    /** Connections that are decided elsewhere. */
    readonly except: Except;
}

/** What earlier runs left behind. */
export interface AdmissionMemory {
    readonly account?: string;
    readonly since?: TimeBoxes;
    /** Version 0.1.0 only: connections that decisions of the program declared. They stay left out until the admission is checked. */
    readonly elsewhere?: readonly string[];
}

/** Any connection of a declared scope. Undefined: it is no scope that this version knows. */
export function anyOf(scope: unknown): AnyConnection | undefined {
    const { kind: name, ...fields } = (scope ?? {}) as AnyConnection;
    const kind = findKind(name);
    const known = kind !== undefined && Object.keys(fields).every((field) => Object.hasOwn(scopeFields(kind), field));
    return known ? { kind: kind.name, ...fields, [kind.id]: ANY } : undefined;
}

/** Finds out what holds for an admission at a place, apart from its connections. Throws where `except` names none of the scope. */
export async function openAdmission(any: Target, stored: Wire, memory: AdmissionMemory): Promise<OpenAdmission> {
    const admission = readAdmission(stored);
    const { key } = any.address;
    const except = readExcept(any.kind, key, admission.except);
    if ("problem" in except) {
        throw new DecisionError(except.problem);
    }
    const elsewhere = (memory.elsewhere ?? []).map((id) => keyInScope(key, id));
    return {
        ...(await openSetting(any)),
        admission,
        any,
        key,
        memory,
        except: { ...except, keys: [...except.keys, ...elsewhere] },
    };
}

/** One connection of the scope. */
export function targetOf({ any }: OpenAdmission, id: string): Target {
    return targetInScope(any, id);
}

/** What the run knows of an admission. */
export function claimOf({ key, account, except }: OpenAdmission, urn: string | undefined): AdmissionClaim {
    return { urn: urn ?? "", key, ...(account === undefined ? {} : { account }), except: except.keys };
}
