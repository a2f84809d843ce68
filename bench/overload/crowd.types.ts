/** What each connection of a crowd asks for, again and again. */
export type Kind = 'read' | 'start' | 'steer' | 'report';

export interface CrowdTarget {
  readonly url: string;
  readonly jwtSecret: string;
  readonly kind: Kind;
  /** One a connection. */
  readonly syncs: readonly { readonly org_id: string; readonly sync_id: string }[];
}

export interface CrowdResult {
  readonly seconds: number;
  /** Responses with 2xx. */
  readonly good: number;
  /** How long each response with 503 took, shortest first. */
  readonly refusedMs: readonly number[];
  /** Any other response or error, and how often. */
  readonly others: Readonly<Record<string, number>>;
  /** CPU time of the crowd's process, which competes with what it measures. */
  readonly cpuSeconds: number;
}

export type CrowdCommand =
  | { readonly type: 'open'; readonly target: CrowdTarget }
  | { readonly type: 'round'; readonly seconds: number };
