/** A documented rate: a bucket of calls that refills. */
export interface Rate {
    /** Actions that it holds for, each with a bucket of its own: `ec2:DescribeVpcEndpointConnections`. */
    readonly action: RegExp;
    /** Calls at once. */
    readonly burst: number;
    readonly perSecond: number;
    /** The page that tells it. */
    readonly source: string;
}

/** Token buckets on the simulator's clock. */
export class Throttle {
    private readonly buckets = new Map<string, { tokens: number; at: number }>();

    constructor(
        /** The first that matches an action counts. */
        private readonly rates: readonly Rate[],
        private readonly now: () => number,
    ) {}

    /** Whether a call is within its documented rate; takes a token if so. Actions without one always are. */
    allows(action: string, key: string): boolean {
        const rate = this.rates.find((r) => r.action.test(action));
        if (rate === undefined) {
            return true;
        }
        const name = `${action} ${key}`;
        const now = this.now();
        const bucket = this.buckets.get(name) ?? { tokens: rate.burst, at: now };
        const tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.perSecond);
        this.buckets.set(name, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
        return tokens >= 1;
    }
}
