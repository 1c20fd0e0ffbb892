import { Refusal, type Reply } from "../server/message";
import type { Api } from "../server/protocol";
import { subscriptionsOf } from "./account";
import { bearerOf } from "./identity";

/** The subscriptions that a token may see: one. https://learn.microsoft.com/rest/api/resources/subscriptions/list */
export const subscriptions: Api = (request, state) => {
    const bearer = bearerOf(request, state);
    const refused = new Refusal(401, "AuthenticationFailed", "Authentication failed.");
    return request.method !== "GET" || !/^\/subscriptions\/?$/i.test(request.url.pathname)
        ? undefined
        : {
              cloud: "azure",
              action: "Microsoft.Resources/subscriptions/read",
              ids: [],
              throttleKey: bearer?.account ?? "",
              throttled: new Refusal(429, "TooManyRequests", "The request is being throttled."),
              skewed: refused,
              expired: new Refusal(401, "ExpiredAuthenticationToken", "The access token expiry is past."),
              refuse: ({ status, code, message }) => json(status, { error: { code, message } }),
              run() {
                  if (bearer === undefined) {
                      throw refused;
                  }
                  const own = subscriptionsOf<object>(state).filter(
                      ({ subscriptionId }) => subscriptionId === bearer.account,
                  );
                  const value = own.map(({ subscriptionId, tenantId }) => ({
                      id: `/subscriptions/${subscriptionId}`,
                      subscriptionId,
                      tenantId,
                      displayName: "simulated",
                      state: "Enabled",
                  }));
                  return json(200, { value });
              },
          };
};

function json(status: number, content: object): Reply {
    return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}
