/** Documented rates of the clouds, per action: a bucket that refills. */
interface Rate {
    readonly action: RegExp;
    readonly burst: number;
    readonly perSecond: number;
}

const RATES: readonly Rate[] = [
    // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html: bucket 10, refill 1 a second.
    { action: /^ec2:(Accept|Reject)VpcEndpointConnections$/, burst: 10, perSecond: 1 },
    // The same page, non-mutating actions: bucket 100, refill 20 a second.
    { action: /^ec2:Describe/, burst: 100, perSecond: 20 },
    // Pages of the VPC peering operations: 360 calls in 60 s.
    { action: /^vpc:\w+VpcPeerConnection/, burst: 360, perSecond: 6 },
];

/** Token buckets on the simulator's clock. */
export class Throttle {
    private readonly buckets = new Map<string, { tokens: number; at: number }>();

    constructor(private readonly now: () => number) {}

    /** Whether a call is within its documented rate; takes a token if so. Actions without one always are. */
    allows(action: string, key: string): boolean {
        const rate = RATES.find((r) => r.action.test(action));
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
