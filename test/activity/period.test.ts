import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let call: (path: string) => Promise<string>;

beforeAll(async () => {
  service = await startTestService();
  const request = await service.request('org-1');
  call = async (path) => (await request.get(`/api/sync/activity${path}`).expect(200)).text;
  await sql(service.database.ownerUrl, `SELECT app.ensure_activity_partition('2026-11-28')`);
  await sql(
    service.database.ownerUrl,
    `INSERT INTO public.sync_activity_log (org_id, created_at, activity_type, status, entity_type, source_system, error_message,
       duration_seconds, record_count)
     SELECT 'org-1', '2026-11-28T10:00:00Z'::timestamptz + n * interval '1 microsecond', 'sync_completed', 'completed_with_errors',
            'customer', 'shop', 'm' || n, n, 10 FROM generate_series(842100, 842109) AS n`,
    [],
    'org-1',
  );
});
afterAll(() => service.close());

const SECOND = '2026-11-28T10:00:00';

describe('`from` and `to` keep microseconds: those of the trail', () => {
  it('keep microseconds: from is inclusive, to is exclusive', async () => {
    const count = async (period: string) => JSON.parse(await call(`?${period}`)).items.length;
    expect(await count(`from=2026-11-01T00:00:00Z&to=${SECOND}.842103Z`)).toBe(3);
    expect(await count(`from=${SECOND}.842103Z&to=2026-12-01T00:00:00Z`)).toBe(7);
    expect(await count(`from=${SECOND}.842103Z&to=${SECOND}.842104Z`)).toBe(1);
    expect(await count(`from=2026-11-28T12:00:00.842109%2B02:00&to=2026-12-01T00:00:00Z`)).toBe(1);
  });

  it('keep them wherever a period is named', async () => {
    const period = `from=${SECOND}.842101Z&to=${SECOND}.842107Z`;
    expect((await call(`/export?${period}`)).trim().split('\n')).toHaveLength(6);
    expect((await call(`/export?format=csv&${period}`)).trim().split('\r\n')).toHaveLength(7);
    expect(JSON.parse(await call(`/errors?${period}`)).items).toHaveLength(6);
    expect(JSON.parse(await call(`/trends?${period}`)).items).toMatchObject([{ sync_count: 6, total_records: 60 }]);
    // The slowest of six, against their median.
    expect(JSON.parse(await call(`/slow?below=1&${period}`)).items).toHaveLength(3);
  });

  it('divide the trail without a gap or an overlap at any microsecond, by pages as well', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 842_090, max: 842_120 }),
        fc.integer({ min: 1, max: 4 }),
        async (at, limit) => {
          const pages = async (period: string) => {
            const found: string[] = [];
            for (let cursor = ''; ; ) {
              const page = JSON.parse(await call(`?limit=${limit}&${period}${cursor}`));
              found.push(...page.items.map(({ error_message }: { error_message: string }) => error_message));
              if (page.next_cursor === null) return found;
              cursor = `&cursor=${page.next_cursor}`;
            }
          };
          const newer = await pages(`from=${SECOND}.${at}Z&to=2026-12-01T00:00:00Z`);
          const older = await pages(`from=2026-11-01T00:00:00Z&to=${SECOND}.${at}Z`);
          expect([...newer, ...older]).toEqual(Array.from({ length: 10 }, (_, index) => `m${842_109 - index}`));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are refused when they name no time between them', async () => {
    const request = await service.request('org-1');
    for (const [from, to] of [
      [`${SECOND}.842103Z`, `${SECOND}.842103Z`],
      [`${SECOND}.842104Z`, `${SECOND}.842103Z`],
    ])
      await request.get(`/api/sync/activity?from=${from}&to=${to}`).expect(422);
  });
});

describe('The last days of the trail', () => {
  it('are counted by the clock of the database, which dated the entries', async () => {
    await sql(
      service.database.ownerUrl,
      `INSERT INTO public.sync_activity_log (org_id, created_at, activity_type, status)
       VALUES ('org-2', now() - interval '23 hours 55 minutes', 'note', 'running'), ('org-2', now() - interval '24 hours 5 minutes', 'note', 'running')`,
      [],
      'org-2',
    );
    const request = await service.request('org-2');
    const real = Date.now;
    for (const aheadMs of [0, -3_600_000, 3_600_000]) {
      Date.now = () => real() + aheadMs;
      try {
        const { body } = await request.get('/api/sync/activity?days=1');
        expect([aheadMs, body.items?.length]).toEqual([aheadMs, 1]);
      } finally {
        Date.now = real;
      }
    }
  });
});
