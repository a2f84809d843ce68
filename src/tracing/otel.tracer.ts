import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  createContextKey,
  SpanKind as Kind,
  type Tracer as OtelApi,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Span, SpanKind, SpanStart, SpanValues, Tracer } from './tracing.ts';

const KINDS: Readonly<Record<SpanKind, Kind>> = {
  request: Kind.SERVER,
  call: Kind.CLIENT,
  turn: Kind.CONSUMER,
  work: Kind.INTERNAL,
};

/** Version 00 of W3C Trace Context: the trace, the span that calls, and whether it is recorded. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;
/** Names of errors and codes of ours and of Postgres; never a sentence, which might quote a value. */
const WORD = /^[\w.:-]{1,64}$/;
const OURS = createContextKey('span');

/**
 * Spans by OpenTelemetry. The context is kept here and nothing is registered for the whole process, so that packages that would make spans
 * of their own once a global tracer exists, with whatever they hold, make none.
 */
export class OtelTracer implements Tracer {
  readonly #api: OtelApi;
  readonly #contexts = new AsyncLocalStorage<Context>();

  constructor(api: OtelApi) {
    this.#api = api;
  }

  start({ name, kind, values, parent }: SpanStart): Span {
    const context = parent === undefined ? (this.#contexts.getStore() ?? ROOT_CONTEXT) : contextOf(parent);
    const span = this.#api.startSpan(name, { kind: KINDS[kind], attributes: known(values ?? {}) }, context);
    return new RunningSpan(
      span,
      trace.setSpan(context, span),
      this.#contexts,
      parent === undefined ? this.current() : undefined,
    );
  }

  current(): Span | undefined {
    return this.#contexts.getStore()?.getValue(OURS) as Span | undefined;
  }
}

class RunningSpan implements Span {
  readonly ids: { readonly trace_id: string; readonly span_id: string };
  readonly rootTraceparent: string;
  readonly #span: OtelSpan;
  readonly #context: Context;
  readonly #contexts: AsyncLocalStorage<Context>;

  constructor(span: OtelSpan, context: Context, contexts: AsyncLocalStorage<Context>, inside: Span | undefined) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.ids = { trace_id: traceId, span_id: spanId };
    this.rootTraceparent =
      inside?.rootTraceparent ?? `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    this.#span = span;
    this.#context = context.setValue(OURS, this);
    this.#contexts = contexts;
  }

  set(values: SpanValues): void {
    this.#span.setAttributes(known(values));
  }

  within<T>(work: () => T): T {
    return this.#contexts.run(this.#context, work);
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      this.#span.setAttribute('error.type', wordFor(error));
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

const known = (values: SpanValues) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** A header that is missing or wrong begins a trace of its own. */
function contextOf(traceparent: string | null): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** What tells our errors apart, or an SQLSTATE, else the class. */
function wordFor(error: unknown): string {
  const { problem, kind, code, name } = error as Partial<Record<'problem' | 'kind' | 'code' | 'name', unknown>>;
  return (
    [problem, kind, code, name].find((word): word is string => typeof word === 'string' && WORD.test(word)) ?? 'error'
  );
}
