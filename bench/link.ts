import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchDatabase } from './progress/bench.database.ts';
import { type CleanUps, median, runBench } from './support/bench.runner.ts';
import { tell } from './support/figure.ts';
import { HEAD_END, openExchange, requestHead } from './support/http.exchange.ts';
import { ServiceProcess, UNLIMITED } from './support/service.process.ts';
import { SlowLink } from './support/slow.link.ts';

// Measures how many round trips to the database a request takes: the service is a link of 40 ms away from it. The peer is a statement
// of one row over the same link.

const ROUND_TRIP_MS = 40;
const ROUNDS = 5;
const CALLS = 15;
const ORG = 'org-0';
const PATH = '/api/sync/progress';
const MANY_SYNCS = { SYNC_ORG_ACTIVE_SYNCS: '1000000' };

await runBench(bench);

async function bench(cleanUps: CleanUps): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-bench-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const database = await BenchDatabase.start(join(folder, 'data'), 50, 1);
  cleanUps.push(() => database.stop());
  const link = await SlowLink.to(database.appUrl, ROUND_TRIP_MS);
  cleanUps.push(() => link.stop());
  const jwtSecret = randomBytes(32).toString('base64url');
  const service = await ServiceProcess.start(
    {
      DATABASE_URL: link.url,
      SYNC_JWT_SECRET: jwtSecret,
      SYNC_WORKER: 'off',
      LOG_LEVEL: 'error',
      ...UNLIMITED,
      ...MANY_SYNCS,
    },
    folder,
  );
  cleanUps.push(() => service.stop());
  const exchange = await openExchange(service.url);
  const target = { url: service.url, orgId: ORG, jwtSecret };
  const counts = Array(1_000_000).keys();
  const [sync] = await database.startSyncs('link', 1);
  const own = `${PATH}/${sync?.sync_id}`;
  const newSync = () =>
    `{"sync_id":"${randomUUID()}","entity_type":"customer","source_system":"shop","total_items":1000}`;
  const requests: Readonly<Record<string, [method: string, path: string, body: () => string, isKeyed: boolean]>> = {
    'GET a sync': ['GET', own, () => '', false],
    'PATCH a sync': ['PATCH', own, () => `{"processed_count":${counts.next().value}}`, false],
    'POST a sync': ['POST', PATH, newSync, false],
    'GET /syncs': ['GET', '/api/sync/syncs', () => '', false],
    'GET /activity': ['GET', '/api/sync/activity', () => '', false],
    'POST a sync with an Idempotency-Key': ['POST', PATH, newSync, true],
    'pause with an Idempotency-Key': ['POST', `${own}/pause`, () => '', true],
    'resume with an Idempotency-Key': ['POST', `${own}/resume`, () => '', true],
    pause: ['POST', `${own}/pause`, () => '', false],
    resume: ['POST', `${own}/resume`, () => '', false],
  };
  const plain = (name: string) => !name.includes('Idempotency-Key') && name !== 'pause' && name !== 'resume';
  console.log(
    `milliseconds of a request whose service is ${ROUND_TRIP_MS} ms away from Postgres, ${CALLS} calls a round`,
  );
  for (const [name, [method, path, bodyOf, isKeyed]] of Object.entries(requests)) {
    const head = await requestHead(method, path, target);
    const ask = async (): Promise<number> => {
      const body = bodyOf();
      const key = isKeyed ? `\r\nIdempotency-Key: ${randomUUID()}` : '';
      const type = body ? '\r\nContent-Type: application/json' : '';
      const since = performance.now();
      const { status, text } = await exchange(
        `${head}${key}${type}\r\nContent-Length: ${body.length}${HEAD_END}${body}`,
      );
      if (status >= 300) throw new Error(`${name} got ${status} ${text.slice(0, 300)}`);
      return performance.now() - since;
    };
    await ask();
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const times: number[] = [];
      for (let call = 0; call < CALLS; call += 1) times.push(await ask());
      rounds.push(median(times) / ROUND_TRIP_MS);
    }
    tell({
      name: `${name} over a link of ${ROUND_TRIP_MS} ms ÷ its round trip`,
      rounds,
      goal: { atMost: plain(name) ? 1.3 : 2.3 },
    });
  }
}
