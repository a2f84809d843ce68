/** One stream to open, with its header of credentials, e.g. "X-Api-Key: …". */
export interface Viewer {
  readonly credentials: string;
}

export type ViewersCommand =
  | { readonly type: 'open'; readonly url: string; readonly viewers: readonly Viewer[] }
  | { readonly type: 'round'; readonly seconds: number };

/** What the viewers were told in a round; delays from the report's transaction to the viewer, in milliseconds. */
export interface RoundResult {
  readonly events: number;
  readonly delays: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  readonly maxMilliseconds: number;
  /** The viewer that was told of the fewest changed syncs, and the one that was told of the most. */
  readonly fewest: number;
  readonly most: number;
}
