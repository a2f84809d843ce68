import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { PGBOUNCER } from '../support/pgbouncer.ts';
import type { Fault, Outcome } from './chaos.types.ts';

/** docs/chaos.md. `untried`: why a fault could not be tried here. */
export function page(
  faults: readonly Fault[],
  outcomes: readonly Outcome[],
  untried: ReadonlyMap<string, string>,
): string {
  const rows = faults.flatMap(({ name }) => {
    const own = outcomes.filter(({ fault }) => fault === name).sort(bySubject);
    if (own.length > 0) return own.map((outcome, index) => row(outcome, index === 0));
    const why = untried.get(name);
    return [`| ${name} | not tried ${why ? `here: ${why}` : 'yet'} | | | | | | |`];
  });
  const remarks = outcomes.flatMap(({ fault, subject, tally }) =>
    tally.remarks.map((remark) => `- ${fault}, ${subject}: ${remark.replaceAll('|', '\\|')}`),
  );
  return `# What breaks, and what is lost

\`npm run chaos\` made this page on ${new Date().toISOString().slice(0, 10)}. It starts the built service (two processes that serve, two that work) on a
durable Postgres, puts load on it over REST, strikes it, waits until all is served again, and reads back what was acknowledged. Beside
it, where the fault makes sense for them: two queues that keep their jobs in Postgres, alone, each with a producer and two workers.

${machine(outcomes)}

| fault | at | recovered | seconds | acknowledged lost | duplicated | hung requests | bloat |
|---|---|---|---|---|---|---|---|
${rows.join('\n')}

- **recovered**: every client was acknowledged something that it asked after the fault was over, every process is ready, and work went on.
- **seconds**: how long the fault lasted + from its end until that. What was killed is started again at once.
- **acknowledged lost**: of all starts, reports, entries of the trail and ends of syncs that were answered with 2xx, and of the items of
  the run that was under way, what is not there in the end. Of a queue: jobs that were accepted and are neither done nor kept. *Late* are jobs that
  were accepted, are kept, and were not done within a minute.
- **duplicated**: of one entry or end more than one; of one item more than one at the destination. Of a queue: jobs that were done twice.
  Clients send again, with the same key, what was not answered.
- **hung requests**: neither answered nor refused within 12 s (the service promises 10), nor was their connection closed.
- **bloat**: the size of the tables that are written to all the time, and how many times that of the same rows written anew.

## The load

Twelve clients start a sync, report eight times, write an entry of the trail and complete the sync, again and again. One run takes 1,200
customers from a slow shop into an Odoo; both are sandboxes, which see what is written twice. The settings are the service's own; lifted are
the limits of an organization, and \`SYNC_LATE_WRITE_SECONDS\` is 30: no request to a sandbox is under way for longer. A queue has eight producers, two workers that do
eight jobs of 0.3 s at a time, and what its documentation has for jobs whose worker died: pg-boss a heartbeat of 15 s; graphile-worker has nothing to
set, and gives the jobs of a dead worker to another after four hours.

## The faults

${faults.map(({ name, means }) => `- **${name}**: ${means}.`).join('\n')}
${remarks.length > 0 ? `\n## What else was seen\n\n${remarks.join('\n')}\n` : ''}`;
}

function row({ fault, subject, isRecovered, faultSeconds, recoverySeconds, tally, bloat }: Outcome, isFirst: boolean) {
  const times = Number.isFinite(bloat.ratio) ? `, ${bloat.ratio.toFixed(1)} ×` : '';
  const cells = [
    isFirst ? fault : '',
    subject,
    isRecovered ? 'yes' : '**no**',
    isRecovered ? `${faultSeconds.toFixed(1)} + ${recoverySeconds.toFixed(1)}` : `${faultSeconds.toFixed(1)} + never`,
    `${tally.lost} of ${tally.acknowledged.toLocaleString('en')}${tally.late > 0 ? `, ${tally.late} late` : ''}`,
    tally.duplicated,
    tally.hung,
    `${bloat.mebibytes.toFixed(1)} MiB${times}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function machine(outcomes: readonly Outcome[]): string {
  const [cpu] = cpus();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const pooler = PGBOUNCER && /^PgBouncer \S+/.exec(String(execFileSync(PGBOUNCER, ['--version'])))?.[0];
  const loads = outcomes.map(({ load }) => load);
  const programs = [
    `Node ${process.versions.node}`,
    ...new Set(outcomes.map(({ postgres }) => postgres)),
    ...(pooler ? [pooler] : []),
    ...['pg-boss', 'graphile-worker'].map((name) => `${name} ${versionOf(name)}`),
  ];
  return `Machine: ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${gib} GiB, Linux ${release()}. ${programs.join(', ')}.
Its load average while the rows were made: ${Math.min(...loads).toFixed(0)} to ${Math.max(...loads).toFixed(0)}.`;
}

function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** The service first, then by name, from the last. */
function bySubject(one: Outcome, other: Outcome): number {
  return other.subject.localeCompare(one.subject);
}
