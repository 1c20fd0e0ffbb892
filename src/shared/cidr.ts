import { BlockList, isIP } from "node:net";

/** Whether a CIDR block lies inside another. */
export function inside(block: string, range: string): boolean {
    const inner = cidr(block);
    const outer = cidr(range);
    if (inner === undefined || outer === undefined || inner.prefix < outer.prefix || inner.family !== outer.family) {
        return false;
    }
    const list = new BlockList();
    list.addSubnet(outer.address, outer.prefix, outer.family);
    return list.check(inner.address, inner.family);
}

function cidr(text: string): { address: string; prefix: number; family: "ipv4" | "ipv6" } | undefined {
    const [, address = "", length = ""] = /^([\d.]+|[\da-fA-F:.]+)\/(\d{1,3})$/.exec(text) ?? [];
    const version = isIP(address);
    const prefix = Number(length);
    if (version === 0 || length === "" || prefix > (version === 4 ? 32 : 128)) {
        return undefined;
    }
    return { address, prefix, family: version === 4 ? "ipv4" : "ipv6" };
}
