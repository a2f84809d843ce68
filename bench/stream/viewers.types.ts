/** One stream to open; `credentials` is a whole header, e.g. "X-Api-Key: …". */
export interface Viewer {
  readonly credentials: string;
}

export type ViewersCommand =
  | { readonly type: 'open'; readonly url: string; readonly viewers: readonly Viewer[] }
  | { readonly type: 'round'; readonly seconds: number };

/** What the viewers received in a round; delays from the report's transaction to the viewer, in milliseconds. */
export interface RoundResult {
  readonly events: number;
  readonly delays: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly maxMilliseconds: number;
  /** The fewest and the most changed syncs that a viewer received. */
  readonly fewest: number;
  readonly most: number;
}
