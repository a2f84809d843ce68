import { answerCommands } from '../support/command.process.ts';
import { openBulkReporter, openGraphqlReporter, openHttpReporter, openLiveReporter } from './http.reporter.ts';
import { openJobReporters } from './job.reporter.ts';
import type { BenchSync, LoadCommand, LoadTarget, Reporter, RoundResult } from './load.types.ts';
import { openSqlReporter } from './sql.reporter.ts';

// Each load runs in a process of its own, which messages control. Both kinds run the same loop: each connection sends its next
// report as soon as the response to the last one has arrived.

let reporters: readonly Reporter[] = [];
let acknowledged: number[] = [];

answerCommands<LoadCommand>((command) => (command.type === 'open' ? open(command) : round(command.seconds)));

async function open({ target, syncs }: LoadCommand & { type: 'open' }): Promise<{ open: true }> {
  reporters =
    target.kind === 'bullmq'
      ? await openJobReporters(syncs, target.port)
      : await Promise.all(connectionsOf(target, syncs));
  acknowledged = reporters.map(() => 0);
  return { open: true };
}

function connectionsOf(
  target: Exclude<LoadTarget, { kind: 'bullmq' }>,
  syncs: readonly BenchSync[],
): Promise<Reporter>[] {
  if (target.kind === 'http') return syncs.map((sync) => openHttpReporter(sync, target));
  if (target.kind === 'graphql') return syncs.map((sync) => openGraphqlReporter(sync, target));
  if (target.kind === 'live') return syncs.map(() => openLiveReporter(target.url));
  if (target.kind === 'sql') return syncs.map((sync) => openSqlReporter(sync, target));
  const calls = Array.from({ length: syncs.length / target.rows }, (_, call) =>
    syncs.slice(call * target.rows, (call + 1) * target.rows),
  );
  return calls.map((items) => openBulkReporter(items, target));
}

async function round(seconds: number): Promise<RoundResult> {
  const milliseconds: number[] = [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  const outcomes = await Promise.allSettled(
    reporters.map(async (reporter, index) => {
      for (let sent = performance.now(); sent < end; ) {
        const count = (acknowledged[index] ?? 0) + 1;
        await reporter.report(count);
        acknowledged[index] = count;
        const now = performance.now();
        milliseconds.push(now - sent);
        sent = now;
      }
    }),
  );
  const elapsed = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = Float64Array.from(milliseconds).sort();
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  return {
    responses: milliseconds.length,
    seconds: elapsed,
    cpuSeconds: (user + system) / 1e6,
    p50Milliseconds: sorted[Math.floor(sorted.length * 0.5)] ?? 0,
    p99Milliseconds: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    acknowledged,
    ...(failed && { failure: (failed.reason as Error).message }),
  };
}
