import { AWAY, SLOTS } from "./places";
import type { AdmissionModel, Circumstances, DecisionModel, Edit, History, ResourceModel, Step } from "./program";

/** Histories that once broke an invariant, shrunk; each is a test of its own, and lived first. */
export const FOUND: Readonly<Record<string, History>> = {
    "an admission whose default region changed before it was destroyed": {
        ...history(
            [admission({ family: "search", onDelete: "remove", allowRemoval: true, rules: [rule(0, "accept")] })],
            [up(), destroy({ elsewhere: true })],
        ),
        starts: SLOTS.map(({ place }) => (place === AWAY ? "accepted" : "pending")),
    },
    "a decision whose default region changed before it was destroyed": history(
        [decision({ onDelete: "reject" })],
        [up(), destroy({ elsewhere: true })],
    ),
    "a default region that changed for one run": history(
        [decision({}), admission({ family: "search" })],
        [up(), up({ when: when({ elsewhere: true }) }), { do: "refresh", when: when({ elsewhere: true }) }, up()],
    ),
    "a decision handed over to an admission": history(
        [decision({ onDelete: "reject" })],
        [up(), edits({ do: "handOver", at: 0, except: false }), up(), up()],
    ),
    "a rename together with an explicit provider": history(
        [decision({ onDelete: "reject" })],
        [up(), edits({ do: "rename", at: 0 }, { do: "move", at: 0, provider: 1 }), up(), up()],
    ),
    "a rename in two targeted steps": history(
        [decision({ onDelete: "reject" })],
        [
            up(),
            edits({ do: "rename", at: 0 }),
            up({ when: when({ targets: [0] }) }),
            up({ when: when({ targets: [1] }) }),
        ],
    ),
    "one of two decisions destroyed": history(
        [decision({ onDelete: "reject" }), decision({})],
        [up(), destroy({ targets: [0] })],
    ),
    "a time-box that is over, and a refresh": history(
        [admission({ rules: [{ ...rule(0, "accept"), until: "1d" }] })],
        [
            up(),
            days(3),
            up(),
            { do: "refresh", when: when() },
            up(),
            days(2),
            up(),
            { do: "refresh", when: when() },
            up(),
        ],
    ),
    "a time-box that is over, and a listing without the connection": history(
        [admission({ rules: [{ ...rule(0, "accept"), until: "1d" }] })],
        [up(), days(3), up(), outside(0, "absent"), up(), outside(0, "pending"), up(), days(1), up()],
    ),
    "a plan reviewed while the request was pending": history(
        [admission({ rules: [rule(0, "accept")] })],
        [{ do: "preview", when: when() }, outside(0, "rejected"), up({ plan: true })],
    ),
    "a request that was rejected by people, and rules that would accept it": history(
        [admission({ otherwise: "accept" })],
        [outside(0, "rejected"), up(), outside(1, "rejected"), up()],
    ),
    "people accept between the check and the reject": history(
        [decision({ decision: "reject" })],
        [up({ during: [{ slot: 0, to: "accepted" }] }), up()],
    ),
    "two providers cut, and one cut is allowed": {
        ...history(
            [decision({ decision: "reject" }), decision({ decision: "reject", slot: 1, provider: 1 })],
            [outside(0, "accepted"), outside(1, "accepted"), up({ regardless: true })],
        ),
        maxCuts: 1,
    },
    "opposite decisions under two providers": history(
        [decision({}), decision({ decision: "reject", provider: 1 })],
        [up({ regardless: true }), up({ when: when({ order: 1 }), regardless: true })],
    ),
    "two admissions of one scope under two providers": history(
        [admission({ rules: [rule(0, "accept")] }), admission({ provider: 1, otherwise: "reject", enforce: true })],
        [up({ regardless: true }), up({ regardless: true })],
    ),
    "a decision and an admission of one connection": history(
        [decision({}), admission({ otherwise: "reject", enforce: true })],
        [{ do: "preview", when: when() }, up({ regardless: true }), up({ when: when({ order: 1 }), regardless: true })],
    ),
    "an account that cannot be confirmed": history(
        [decision({}), admission({ family: "search", otherwise: "accept" })],
        [
            up(),
            outside(0, "rejected"),
            outside(3, "rejected"),
            up({ when: when({ down: "sts" }), regardless: true }),
            up(),
        ],
    ),
    "an admission that is new while its account cannot be confirmed": history(
        [admission({ rules: [rule(0, "accept")] })],
        [up({ when: when({ down: "sts", stranger: true }), regardless: true }), up()],
    ),
    "a decision that is new while its account cannot be confirmed": history(
        [decision({})],
        [up({ when: when({ down: "sts" }), regardless: true }), up()],
    ),
    "a cloud that cannot be read": history(
        [decision({}), admission({ family: "search" })],
        [
            up(),
            { do: "preview", when: when({ down: "reads" }) },
            { do: "refresh", when: when({ down: "reads" }) },
            up(),
        ],
    ),
    "another account's credentials for one run": history(
        [decision({ onDelete: "reject" }), admission({ family: "search", otherwise: "accept" })],
        [up(), up({ when: when({ stranger: true }), regardless: true }), destroy({ stranger: true }), up()],
    ),
    "a process killed between check and create": history(
        [decision({}), admission({ family: "search", otherwise: "accept" })],
        [up({ kill: 0 }), up({ kill: 1 }), up()],
    ),
};

function history(program: readonly ResourceModel[], steps: readonly Step[]): History {
    return { starts: [], program, maxCuts: undefined, warn: false, settleMs: 0, tidy: false, steps };
}

function decision(more: Partial<DecisionModel>): DecisionModel {
    return { is: "decision", provider: 0, slot: 0, decision: "accept", allowRemoval: false, region: false, ...more };
}

function admission(more: Partial<AdmissionModel>): AdmissionModel {
    return {
        is: "admission",
        provider: 0,
        family: "ec2",
        rules: [],
        otherwise: "review",
        enforce: false,
        except: [],
        as: "id",
        allowRemoval: false,
        region: false,
        ...more,
    };
}

function rule(requester: number, verdict: "accept" | "reject") {
    return { requesters: [requester], verdict } as const;
}

function when(more: Partial<Circumstances> = {}): Circumstances {
    return { order: 0, parallel: 4, early: false, ...more };
}

function up(more: Partial<Extract<Step, { do: "up" }>> = {}): Step {
    return { do: "up", when: when(), regardless: false, plan: false, during: [], ...more };
}

function destroy(more: Partial<Circumstances>): Step {
    return { do: "destroy", when: when(more) };
}

function edits(...all: Edit[]): Step {
    return { do: "edits", edits: all };
}

function outside(slot: number, to: "accepted" | "rejected" | "absent" | "pending"): Step {
    return { do: "outside", acts: [{ slot, to }] };
}

function days(n: number): Step {
    return { do: "days", days: n };
}
