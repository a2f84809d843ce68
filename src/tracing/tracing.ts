/**
 * Spans of what the service does: a request, its transactions, its calls to systems, a worker's turn at a run.
 *
 * 1. Without a tracer (OTEL_EXPORTER_OTLP_ENDPOINT is not set) nothing is measured and no package is loaded.
 * 2. A root is a request, a worker's turn or a task. Everything else is a span inside one, and nothing outside of one: what a process
 *    does all the time, such as heartbeats and polls, would drown the rest.
 * 3. A span holds kinds, ids of ours, counts and statuses. Never a value of an item, an address with its query, a parameter of a
 *    statement, a key, a user or the text of an error: whoever reads traces need not be allowed to see those.
 */
export type SpanValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** `request`: somebody calls us; `call`: we call somebody; `turn`: taken from the queue; `work`: anything else. */
export type SpanKind = 'request' | 'call' | 'turn' | 'work';

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly values?: SpanValues;
  /** A `traceparent` of another process. Undefined: the span in which this one starts. */
  readonly parent?: string | null | undefined;
}

export interface Span {
  /** As logs name it. */
  readonly ids: { readonly trace_id: string; readonly span_id: string };
  /** Of the request, turn or task that it is part of, in the form of W3C Trace Context. */
  readonly rootTraceparent: string;
  set(values: SpanValues): void;
  /** What is begun in the work is inside this span. */
  within<T>(work: () => T): T;
  /** `error`: why it failed; of it only a word is kept. */
  end(error?: unknown): void;
}

/** Makes spans and knows in which one the code runs. */
export interface Tracer {
  start(span: SpanStart): Span;
  current(): Span | undefined;
}

/** One for the process, like the place the spans are sent to. */
let tracer: Tracer | undefined;

/** Undefined: nothing is traced any more. */
export function traceWith(one: Tracer | undefined): void {
  tracer = one;
}

/** A span that its caller ends. Undefined when nothing is traced. */
export function startRoot(span: SpanStart): Span | undefined {
  return tracer?.start(span);
}

/** The work as a root. */
export function tracedRoot<T>(span: SpanStart, work: (span: Span | undefined) => Promise<T>): Promise<T> {
  return tracer ? measure(tracer.start(span), work) : work(undefined);
}

/** The work as a span inside the one at hand; outside of one it is merely done. */
export function traced<T>(
  name: string,
  values: SpanValues,
  work: (span: Span | undefined) => Promise<T>,
  kind: SpanKind = 'work',
): Promise<T> {
  return tracer?.current() ? measure(tracer.start({ name, kind, values }), work) : work(undefined);
}

/** An id that a caller chose, when it is of the plain kind: others may be addresses of people. */
export const plainId = (id: string | undefined): string | undefined =>
  id !== undefined && /^[\w.:-]{1,200}$/.test(id) ? id : undefined;

/** For whoever goes on with this work later, elsewhere: inside the request, and not in a transaction that is over then. Null outside of a span. */
export const traceparent = (): string | null => tracer?.current()?.rootTraceparent ?? null;

/** What each line of the log says of the span in which it is written. */
export const traceIds = (): object => tracer?.current()?.ids ?? {};

async function measure<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    const result = await span.within(() => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
