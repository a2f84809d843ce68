import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ActivityService } from '../../src/activity/activity.service.ts';
import { runAsTenant, type TenantContext } from '../../src/tenancy/tenant.context.ts';
import { makeByHand, partitions, takeTurns } from '../support/maintenance.support.ts';
import { send } from '../support/send.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { ArchiveFolder } from './trail.archive.support.ts';

const PATH = '/api/sync/activity';
const ORG = 'org-1';
const BOM = [0xef, 0xbb, 0xbf];

const archive = new ArchiveFolder();
let service: TestService;
let headers: { authorization: string };
beforeAll(async () => {
  service = await startTestService({
    SYNC_WORKER: 'on',
    SYNC_ACTIVITY_RETENTION_MONTHS: '2',
    SYNC_TRAIL_EXPORT_URL: archive.url,
  });
  await takeTurns(service);
  headers = { authorization: `Bearer ${await token(ORG)}` };
});
afterAll(async () => {
  await service.close();
  archive.remove();
});

describe('The exported CSV opens in Excel with its umlauts: the first bytes of an export', () => {
  const firstBytes = async (search: string) => {
    const response = await fetch(`${service.url}${PATH}/export?days=2${search}`, { headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { bytes: [...bytes.subarray(0, 6)], text: bytes.toString('utf8') };
  };
  beforeAll(async () => {
    const body = JSON.stringify({ activity_type: 'a', status: 'failed', error_message: 'Größe' });
    expect((await send(service, PATH, { method: 'POST', ...headers, body })).status).toBe(201);
  });

  it('make Excel read CSV as UTF-8', async () => {
    const { bytes, text } = await firstBytes('&format=csv');
    expect(bytes).toEqual([...BOM, 0x63, 0x72, 0x65]);
    expect(text).toContain('Größe');
    expect((await firstBytes('&format=csv&bom=true')).bytes).toEqual(bytes);
  });

  it('are the header’s with bom=false', async () => {
    expect((await firstBytes('&format=csv&bom=false')).text.slice(0, 10)).toBe('created_at');
  });

  it.each(['', '&format=ndjson', '&format=ndjson&bom=true'])('are those of an object in NDJSON: %s', async (search) => {
    expect((await firstBytes(search)).text[0]).toBe('{');
  });

  it('are refused when bom is neither true nor false', async () => {
    const refused = await send(service, `${PATH}/export?format=csv&bom=utf8`, headers);
    expect(refused.body.errors).toEqual([{ parameter: 'bom', detail: 'must be a boolean value' }]);
  });
});

describe('An export that the retention overtakes', () => {
  /** A month of 3,000 entries, so wide that they do not fit into the buffers on the way. */
  async function oldMonth(month: string): Promise<void> {
    await makeByHand(service, month);
    await sql(service.database.ownerUrl, 'SELECT app.prepare_activity_partitions(3)');
    await sql(
      service.database.superuserUrl,
      `INSERT INTO public.sync_activity_log (org_id, created_at, activity_type, status, error_message)
       SELECT '${ORG}', timestamptz '${month}-02' + make_interval(mins => n), 'imported', 'completed', repeat('x', 8000)
         FROM generate_series(1, 3000) AS n`,
    );
  }

  /** A month goes once all of it is sealed and exported, which other tasks do. */
  const retainedNoLonger = (month: string) =>
    waitFor(`${month} is detached`, async () => {
      await takeTurns(service);
      return !(await partitions(service)).has(`sync_activity_log_${month.replace('-', '_')}`);
    });

  it.each([
    ['csv', '2020-01'],
    ['ndjson', '2020-02'],
  ])('ends as an error and never as a complete-looking file: %s', async (format, month) => {
    await oldMonth(month);
    const response = await fetch(`${service.url}${PATH}/export?from=2020-01-01&format=${format}`, { headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await retainedNoLonger(month);
    const rest = async () => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toThrow();
  });

  it('is a problem when nothing of it was sent yet, and is whole when it is asked for again', async () => {
    await oldMonth('2020-03');
    const tenant = { orgId: ORG, principal: { scopes: ['sync:read'] } } as unknown as TenantContext;
    const activity = service.app.get(ActivityService);
    const exported = () => runAsTenant(tenant, () => activity.export({ from: '2020-01-01T00:00:00Z' }));
    const entries = await exported();
    expect((await entries.next()).done).toBe(false);
    await retainedNoLonger('2020-03');
    const all = async () => {
      for await (const _ of entries);
    };
    await expect(all()).rejects.toMatchObject({ problem: 'unavailable' });
    let count = 0;
    for await (const _ of await exported()) count += 1;
    expect(count).toBeLessThan(1_000);
  });

  it('is whole when the month is not of its period, or when a month is added', async () => {
    await oldMonth('2020-04');
    await oldMonth('2020-05');
    const response = await fetch(`${service.url}${PATH}/export?from=2020-05-01&to=2020-06-01`, { headers });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await sql(
      service.database.ownerUrl,
      'ALTER TABLE public.sync_activity_log DETACH PARTITION public.sync_activity_log_2020_04',
    );
    await makeByHand(service, '2020-07');
    let lines = 1;
    for (let part = await reader.read(); !part.done; part = await reader.read())
      lines += Buffer.from(part.value).filter((byte) => byte === 0x0a).length;
    expect(lines).toBeGreaterThan(2_000);
  });
});
