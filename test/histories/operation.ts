/** What a client asks of one sync. Counts are totals. */
export type Call =
  | { readonly kind: 'start'; readonly total: number }
  | { readonly kind: 'report'; readonly processed: number; readonly failed: number }
  | { readonly kind: 'fail' }
  | { readonly kind: 'read' }
  /** The UPDATE of the guide. */
  | { readonly kind: 'set'; readonly processed: number; readonly failed: number };

/** A row as it is seen, or why there is none. */
export type Answer =
  | { readonly is: 'row'; readonly processed: number; readonly failed: number; readonly status: string }
  | { readonly is: 'missing' | 'ended' | 'backwards' | 'above-total' };

/** One call of a history. */
export interface Operation {
  readonly client: string;
  readonly sync: string;
  readonly call: Call;
  /** On the clock that all clients share. */
  readonly invoked: number;
  /** Infinity: nobody knows whether it took effect, and it may still do so. */
  readonly returned: number;
  /** Null exactly when `returned` is Infinity. */
  readonly answer: Answer | null;
}
