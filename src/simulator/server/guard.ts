import type { IncomingHttpHeaders } from "node:http";

/**
 * Why a request is not answered, undefined for one that is. A web page must not drive the simulator from the browser of who
 * runs it: neither from its own origin, nor under a name of its own that resolves to loopback (DNS rebinding).
 */
export function refusedFrom({ host, origin }: IncomingHttpHeaders): string | undefined {
    if (!isLoopback(`http://${host ?? ""}`)) {
        return "the Host of a request must be a loopback name: 127.0.0.1, [::1] or localhost";
    }
    if (origin !== undefined && !isLoopback(origin)) {
        return "requests of web pages are not answered, unless the page is on loopback itself";
    }
    return undefined;
}

/** RFC 6761 6.3: names below localhost are loopback too. */
function isLoopback(origin: string): boolean {
    const name = URL.canParse(origin) ? new URL(origin).hostname : "";
    return /^(127(\.\d{1,3}){3}|\[::1\]|([\w-]+\.)*localhost)$/.test(name);
}
