/** Reports one sync's progress over a connection of its own; rejects when the response is not the row with that count. */
export interface Reporter {
  report(processedCount: number): Promise<void>;
}

/** How the statements of a direct SQL transaction are sent: each awaited, as pgbench does, or all at once. */
export type SqlMode = 'one-by-one' | 'pipelined';

/** One sync of a load; each connection reports one, or `rows` of them. */
export interface BenchSync {
  readonly org_id: string;
  readonly sync_id: string;
}

export type LoadTarget =
  | { readonly kind: 'http'; readonly url: string; readonly jwtSecret: string }
  /** Each connection reports `rows` syncs of one organization in one call. `minimal`: the response holds no rows. */
  | {
      readonly kind: 'bulk';
      readonly url: string;
      readonly jwtSecret: string;
      readonly rows: number;
      readonly minimal: boolean;
    }
  /** GET /health/live: the least that a request costs. */
  | { readonly kind: 'live'; readonly url: string }
  | { readonly kind: 'sql'; readonly url: string; readonly mode: SqlMode }
  /** The mutation that PostGraphile makes of the table. */
  | { readonly kind: 'graphql'; readonly url: string; readonly jwtSecret: string }
  /** Progress of a job in BullMQ on the Redis at this port; all jobs share a connection, as BullMQ does it. */
  | { readonly kind: 'bullmq'; readonly port: number };

export interface RoundResult {
  readonly responses: number;
  readonly seconds: number;
  /** CPU time of the load process itself, which competes with what it measures. */
  readonly cpuSeconds: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** The last acknowledged count of each connection. */
  readonly acknowledged: readonly number[];
  /** What was wrong, if anything; the counts are then invalid. */
  readonly failure?: string;
}

export type LoadCommand =
  | { readonly type: 'open'; readonly target: LoadTarget; readonly syncs: readonly BenchSync[] }
  | { readonly type: 'round'; readonly seconds: number };
