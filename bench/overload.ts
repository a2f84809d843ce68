import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CrowdProcess } from './overload/crowd.process.ts';
import type { CrowdResult, Kind } from './overload/crowd.types.ts';
import { BenchDatabase } from './progress/bench.database.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';

// Measures what the service still gets done when far more connections ask than it can serve, and how soon it refuses the rest. The
// peer is the service itself with few connections.

const FEW = 64;
const KINDS: readonly Kind[] = ['read', 'start', 'steer', 'report'];
const ORGANIZATIONS = 8;
/** Refusals that came within this time are prompt. */
const PROMPT_MS = 1_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '2000' },
    kinds: { type: 'string', default: KINDS.join(',') },
  },
});
const [seconds, rounds, many] = [values.seconds, values.rounds, values.connections].map(Number) as [
  number,
  number,
  number,
];

/** By a profile of the service under 2,000 starts. */
const OVERLOAD =
  'two thousand clients that ask again at once are refused some thousand times a second, which takes Node and the clients a fifth of the two cores that Postgres shares.';

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await BenchDatabase.start(join(folder, 'data'), 2 * FEW, ORGANIZATIONS);
  cleanUps.push(() => database.stop());
  const jwtSecret = randomBytes(32).toString('base64url');
  const limits = { SYNC_MAX_CONNECTIONS_PER_ADDRESS: String(2 * many), SYNC_ORG_ACTIVE_SYNCS: '1000000' };
  const service = await ServiceProcess.start(
    { DATABASE_URL: database.appUrl, SYNC_JWT_SECRET: jwtSecret, LOG_LEVEL: 'error', ...UNLIMITED, ...limits },
    folder,
  );
  cleanUps.push(() => service.stop());
  const target = { url: service.url, jwtSecret };

  console.log(await database.durability());
  console.log(
    `${many} connections beside ${FEW}, of ${ORGANIZATIONS} organizations, each asks again at once; ${rounds} rounds of ${seconds} s each, alternating`,
  );
  for (const kind of KINDS.filter((one) => values.kinds.split(',').includes(one))) {
    const results: { few: CrowdResult; many: CrowdResult }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const crowd = async (connections: number) => {
        const syncs = await database.startSyncs(`${kind}-${connections}-${round}`, connections);
        const one = await CrowdProcess.open({ ...target, kind, syncs });
        try {
          return await one.round(seconds);
        } finally {
          one.close();
          await database.checkpoint();
        }
      };
      const few = await crowd(FEW);
      results.push({ few, many: await crowd(many) });
    }
    console.log(summary(kind, results));
    const share = ({ few, many }: (typeof results)[number]) => (100 * perSecond(many)) / perSecond(few);
    // A round that refuses nothing refuses nothing late.
    const refused = ({ many: { refusedMs } }: (typeof results)[number]) =>
      refusedMs.length === 0 ? 100 : (100 * refusedMs.filter((ms) => ms <= PROMPT_MS).length) / refusedMs.length;
    tell({
      ...{ name: `${kind}s with ${many} connections, as a share of those with ${FEW}`, unit: '%' },
      ...{ rounds: results.map(share), goal: { atLeast: 80 }, boundBy: OVERLOAD },
    });
    if (kind !== 'report')
      tell({
        ...{ name: `refusals within ${PROMPT_MS} ms, of ${kind}s with ${many} connections`, unit: '%' },
        ...{ rounds: results.map(refused), goal: { atLeast: 95 }, boundBy: OVERLOAD },
      });
  }
}

function perSecond({ good, seconds: took }: CrowdResult): number {
  return good / took;
}

function summary(kind: Kind, results: readonly { few: CrowdResult; many: CrowdResult }[]): string {
  const of = (value: (result: { few: CrowdResult; many: CrowdResult }) => number) => median(results.map(value));
  const refused = results.flatMap((result) => result.many.refusedMs).sort((a, b) => a - b);
  const prompt = refused.filter((ms) => ms <= PROMPT_MS).length / refused.length;
  const others = results.flatMap((result) => [result.few.others, result.many.others]).map((one) => JSON.stringify(one));
  const strange = others.filter((one) => one !== '{}');
  return [
    kind.padEnd(7),
    `${of((result) => perSecond(result.few)).toFixed(0)}/s, with ${many} ${of((result) => perSecond(result.many)).toFixed(0)}/s`,
    `(${of((result) => (100 * perSecond(result.many)) / perSecond(result.few)).toFixed(0)} %)`,
    refused.length > 0
      ? `refused ${refused.length}: p50 ${at(refused, 0.5)} ms, p99 ${at(refused, 0.99)} ms, longest ${at(refused, 1)} ms, ${(100 * prompt).toFixed(1)} % within ${PROMPT_MS} ms`
      : 'nothing was refused',
    `clients took ${of((result) => cpuShare(result.few)).toFixed(2)} and ${of((result) => cpuShare(result.many)).toFixed(2)} of a core`,
    ...(strange.length > 0 ? [`other responses: ${strange.join(' ')}`] : []),
  ].join('  ');
}

function cpuShare({ cpuSeconds, seconds: took }: CrowdResult): number {
  return cpuSeconds / took;
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
}
