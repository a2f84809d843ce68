import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { steadyNow, within } from '../common/clock.ts';
import type { Environment } from '../config/environment.ts';
import { OtelTracer } from './otel.tracer.ts';
import { traceWith } from './tracing.ts';

/** Spans that wait to be sent, some kilobytes each at most. What comes while as many wait is dropped: the service goes first. */
const QUEUE = 2_048;
const SEND_EVERY_MS = 2_000;
/** A collector that does not answer is given up; what it was sent is lost. */
const SENT_WITHIN_MS = 5_000;
/** The stop of the service has 30 s in all (src/stop.ts). */
const FLUSHED_WITHIN_MS = 1_000;
const TELL_EVERY_MS = 60_000;
/** Our values are words, ids and numbers; whatever is longer got there by mistake. */
const LONGEST_VALUE = 200;

/** Writes a warning to the log. */
type Warn = (context: string, details: object, message: string) => void;

/** Begins to trace. Loaded only when spans are wanted, and without Nest, which would be bundled with it. Returns what sends the last spans and ends it. */
export function startTracing(environment: Environment, warn: Warn): () => Promise<void> {
  const exporter = new OTLPTraceExporter({
    url: `${environment.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`,
    headers: { ...environment.OTEL_EXPORTER_OTLP_HEADERS },
    timeoutMillis: SENT_WITHIN_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': environment.OTEL_SERVICE_NAME }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(environment.OTEL_TRACES_SAMPLER_ARG) }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new ToldExporter(exporter, warn),
        maxQueueSize: QUEUE,
        scheduledDelayMillis: SEND_EVERY_MS,
        exportTimeoutMillis: SENT_WITHIN_MS,
      }),
    ],
  });
  traceWith(new OtelTracer(provider.getTracer('sync-operations')));
  return async () => {
    traceWith(undefined);
    await within(
      FLUSHED_WITHIN_MS,
      provider.shutdown().catch(() => undefined),
    );
  };
}

/** Says once a minute that spans are lost, and how many. */
class ToldExporter implements SpanExporter {
  readonly #warn: Warn;
  readonly #exporter: SpanExporter;
  #toldAt = Number.NEGATIVE_INFINITY;
  #lost = 0;

  constructor(exporter: SpanExporter, warn: Warn) {
    this.#warn = warn;
    this.#exporter = exporter;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.#exporter.export(spans, (result) => {
      // 0: success, as OpenTelemetry counts.
      if (result.code !== 0) this.#tell(spans.length, result.error);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  #tell(spans: number, error: Error | undefined): void {
    this.#lost += spans;
    if (steadyNow() - this.#toldAt < TELL_EVERY_MS) return;
    const details = { spans_lost: this.#lost, reason: error?.message.slice(0, 200) };
    this.#warn('Tracing', details, 'the collector takes no spans');
    this.#toldAt = steadyNow();
    this.#lost = 0;
  }
}
