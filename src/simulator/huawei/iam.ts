import { notSimulated } from "../server/message";
import { projectsOf } from "./account";
import { gateway, type Route } from "./gateway";

const LIST: Route<object> = {
    action: "iam:projects:list",
    /** GET /v3/projects?name= */
    run({ request, state }) {
        const { searchParams } = request.url;
        const strange = [...searchParams.keys()].find((name) => name !== "name");
        if (strange !== undefined) {
            throw notSimulated(`parameter ${strange} of projects`);
        }
        return {
            projects: projectsOf<object>(state)
                .filter((entry) => [null, entry.region].includes(searchParams.get("name")))
                .map((entry) => ({ id: entry.projectId, name: entry.region, enabled: true })),
        };
    },
};

/** IAM's list of projects. */
export const projects = gateway<object>({
    path: /^\/v3\/projects$/,
    unknown: "iam:projects:unknown",
    routes: { GET: LIST },
});
