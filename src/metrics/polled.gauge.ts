import { Gauge, type Registry } from 'prom-client';
import { steadyNow, within } from '../common/clock.ts';

/** Scrapes come every 15 s or more; a client that asks more often gets what was read last. */
const READ_EVERY_MS = 5_000;
/** A scrape does not wait for a database that is slow or gone. */
const READ_WITHIN_MS = 1_000;

export interface PolledValue {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}

/**
 * Gauges of what the whole cluster shares, read from the database when somebody asks. Every replica gives the same answer: take the `max` of
 * them. When the database does not answer in time they are left out, since an old number would be taken for a new one.
 */
export function polledGauges(
  registry: Registry,
  metrics: readonly Metric[],
  read: () => Promise<Readonly<Record<string, readonly PolledValue[]>>>,
): void {
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let values: Readonly<Record<string, readonly PolledValue[]>> = {};
  const refresh = async () => {
    if (steadyNow() - readAt < READ_EVERY_MS) return;
    readAt = steadyNow();
    values = {};
    values = await read();
  };
  const fresh = async () => {
    reading ??= refresh().finally(() => {
      reading = undefined;
    });
    await within(READ_WITHIN_MS, reading).catch(() => false);
  };
  for (const { name, help, labelNames = [] } of metrics)
    new Gauge({
      ...{ name, help, labelNames: [...labelNames], registers: [registry] },
      async collect() {
        await fresh();
        this.reset();
        // Without labels a gauge is 0 after a reset, which would be a lie when nothing is known.
        if (!values[name]) this.remove({});
        for (const { labels = {}, value } of values[name] ?? []) this.set({ ...labels }, value);
      },
    });
}
