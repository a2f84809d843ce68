import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { giveToOwnerOf, mountSmallDisk, type SmallDisk, whyNoSmallDisk } from '../support/small.disk.ts';
import { sql } from '../support/test-database.ts';
import { waitFor } from '../support/wait-for.ts';

const API_KEY = 'a-key-for-tests-only';
/** Some pages of a table each, so that room is found in the pages that are there already for a few only. */
const TEXT = Array.from({ length: 600 }, (_, index) => (index * 7_919) % 997).join(' ');
const NOT_NOW = { status: 503, retryAfter: expect.stringMatching(/^\d+$/) };

const WHY_NOT = whyNoSmallDisk();
if (WHY_NOT)
  console.warn(
    `NOT TESTED: no tmpfs can be mounted here (${WHY_NOT}), so no disk of a database is full: run it as root.`,
  );

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** Writes entries of the trail, one after another, and remembers those that were acknowledged. */
class Writer {
  readonly acknowledged: string[] = [];
  readonly answers: Answer[] = [];
  private count = 0;

  constructor(
    private readonly service: ServiceProcess,
    private readonly name: string,
  ) {}

  async write(): Promise<Answer> {
    this.count += 1;
    const sync_id = `${this.name}-${this.count}`;
    const body = { sync_id, activity_type: 'imported', status: 'completed', details: { text: TEXT, sync_id } };
    const answer = await call(this.service, '/api/sync/activity', body);
    this.answers.push(answer);
    if (answer.status === 201) this.acknowledged.push(sync_id);
    return answer;
  }
}

async function call(service: ServiceProcess, path: string, body?: object, method?: string): Promise<Answer> {
  const response = await fetch(service.url + path, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { 'x-api-key': API_KEY, 'x-org-id': 'org-1', 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  await response.text();
  return { status: response.status, retryAfter: response.headers.get('retry-after') };
}

describe.skipIf(WHY_NOT)('A disk without room for the tables answers 503', () => {
  let disk: SmallDisk;
  let postgres: EmbeddedPostgres;
  let service: ServiceProcess;

  // The log of the transactions is on another disk, as many keep it: the server lives on.
  beforeAll(async () => {
    disk = mountSmallDisk(128);
    const dataDir = newFolder();
    postgres = await startEmbeddedPostgres({ dataDir });
    giveToOwnerOf(disk.folder, join(dataDir, 'cluster'));
    const database = new URL(postgres.ownerUrl).pathname.slice(1);
    await sql(postgres.superuserUrl, `CREATE TABLESPACE small LOCATION '${disk.folder}'`);
    await sql(postgres.superuserUrl, `ALTER DATABASE ${database} SET TABLESPACE small`);
    service = await ServiceProcess.start({ SYNC_DATA_DIR: dataDir, SYNC_DEV_API_KEY: API_KEY, LOG_LEVEL: 'warn' });
  });
  afterAll(async () => {
    await service?.stop();
    await postgres?.stop();
    disk?.unmount();
    await cleanUp();
  });

  it('to what needs room, with Retry-After and one line in the log, and loses nothing that it acknowledged', async () => {
    const writer = new Writer(service, 'entry');
    expect(await writer.write()).toMatchObject({ status: 201 });
    const start = (sync_id: string) =>
      call(service, '/api/sync/progress', { sync_id, entity_type: 'customer', source_system: 'shop' });
    expect(await start('reported')).toMatchObject({ status: 201 });
    let reported = 0;
    const report = async (processed_count: number) => {
      const answer = await call(service, '/api/sync/progress/reported', { processed_count }, 'PATCH');
      if (answer.status === 200) reported = processed_count;
      return answer;
    };
    disk.fill();
    await waitFor('a write is refused', async () => (await writer.write()).status !== 201, { everyMs: 0 });
    const others: Answer[] = [];
    for (let round = 1; round <= 20; round += 1) {
      await writer.write();
      others.push(await start(`sync-${round}`), await report(round));
      expect(await call(service, '/api/sync/activity')).toMatchObject({ status: 200 });
      expect(await call(service, '/health/live')).toMatchObject({ status: 200 });
    }
    // What finds room in the pages that are there is taken.
    const refused = [...writer.answers, ...others].filter(({ status }) => status !== 201 && status !== 200);
    expect(refused.length).toBeGreaterThan(10);
    expect(refused).toEqual(refused.map(() => expect.objectContaining(NOT_NOW)));

    disk.makeRoom();
    await waitFor('writes are taken again', async () => (await writer.write()).status === 201);
    expect(await call(service, '/health/ready')).toMatchObject({ status: 200 });
    expect(await storedIn(postgres)).toEqual(new Set(writer.acknowledged));
    expect(
      await sql(
        postgres.ownerUrl,
        `SELECT processed_count FROM public.sync_progress WHERE sync_id = 'reported'`,
        [],
        'org-1',
      ),
    ).toEqual([{ processed_count: reported }]);
    expectOneLineAReason(service);
  });
});

describe.skipIf(WHY_NOT)('A disk on which the embedded Postgres itself has no room left', () => {
  let disk: SmallDisk;
  let postgres: EmbeddedPostgres;
  let service: ServiceProcess;
  let log: string;

  beforeAll(async () => {
    disk = mountSmallDisk(256);
    const dataDir = join(disk.folder, 'data');
    // What Postgres says goes to another disk, so that each of its starts can be seen.
    log = join(newFolder(), 'postgres.log');
    mkdirSync(dataDir, { mode: 0o711 });
    symlinkSync(log, join(dataDir, 'postgres.log'));
    service = await ServiceProcess.start({ SYNC_DATA_DIR: dataDir, SYNC_DEV_API_KEY: API_KEY, LOG_LEVEL: 'warn' });
    postgres = await startEmbeddedPostgres({ dataDir });
  });
  afterAll(async () => {
    disk?.makeRoom();
    await postgres?.stop();
    await service?.stop();
    disk?.unmount();
    await cleanUp();
  });

  const failedStarts = () => readFileSync(log, 'utf8').split('shutting down due to startup process failure').length - 1;

  it('ends the server, which comes back by itself when there is room, with all that was acknowledged; the log says each thing once', async () => {
    const writer = new Writer(service, 'entry');
    expect(await writer.write()).toMatchObject({ status: 201 });
    disk.fill();
    // The next segment of its log has no room: Postgres ends itself, and cannot recover either.
    await waitFor('it cannot start', async () => {
      await writer.write();
      await sql(postgres.superuserUrl, 'SELECT pg_switch_wal()').catch(() => undefined);
      return failedStarts() >= 3;
    });
    expect(await writer.write()).toMatchObject(NOT_NOW);
    expect(await call(service, '/health/ready')).toMatchObject(NOT_NOW);
    expect(await call(service, '/health/live')).toMatchObject({ status: 200 });
    const refused = writer.answers.filter(({ status }) => status !== 201);
    expect(refused).toEqual(refused.map(() => expect.objectContaining(NOT_NOW)));

    disk.makeRoom();
    await waitFor('writes are taken again', async () => (await writer.write()).status === 201, { withinMs: 30_000 });
    expect(await call(service, '/health/ready')).toMatchObject({ status: 200 });
    expect(await storedIn(postgres)).toEqual(new Set(writer.acknowledged));
    for (const text of ['is gone; starting it again', 'could not be started again', 'PostgreSQL runs again'])
      expect(linesOf(service, text), text).toHaveLength(1);
    expectOneLineAReason(service);
  });
});

async function storedIn(postgres: EmbeddedPostgres): Promise<Set<string>> {
  const rows = await sql<{ sync_id: string }>(
    postgres.ownerUrl,
    `SELECT sync_id FROM public.sync_activity_log WHERE sync_id LIKE 'entry-%'`,
    [],
    'org-1',
  );
  return new Set(rows.map(({ sync_id }) => sync_id));
}

const linesOf = (service: ServiceProcess, text: string) =>
  service.output.split('\n').filter((line) => line.includes(text));

/** Nothing is logged but that the database cannot be used, once for each reason. */
function expectOneLineAReason(service: ServiceProcess): void {
  const lines = linesOf(service, '{"level"').map((line) => JSON.parse(line) as { msg: string; outage?: string });
  expect(lines.filter(({ msg }) => msg !== 'the database cannot be used')).toEqual([]);
  const reasons = lines.map(({ outage }) => outage?.split(' ', 1)[0]);
  expect(reasons).toContain('53100');
  expect(new Set(reasons).size).toBe(reasons.length);
}
