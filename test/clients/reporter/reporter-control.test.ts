import type { Agent } from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestService, type TestService } from '../../support/test-service.ts';
import { waitFor } from '../../support/wait-for.ts';
import { LANGUAGES, ON_THIS_MACHINE, report, stopPrograms } from './reporter.languages.ts';

let service: TestService;
let request: Agent;
let key: string;
beforeAll(async () => {
  service = await startTestService();
  request = await service.request('org-1');
  key = await service.createKey({ orgId: 'org-1' });
});
afterAll(async () => {
  stopPrograms();
  await service.close();
});

it.each(ON_THIS_MACHINE)(
  'A %s process pauses, resumes, ends by SIGTERM with all reported, and its successor goes on until it is cancelled',
  async (language) => {
    const sync_id = `controlled-${language}`;
    const path = `/api/sync/progress/${sync_id}`;
    const read = async () => (await request.get(path)).body;
    const countAbove = (count: number) =>
      waitFor(`more than ${count}`, async () => (await read()).processed_count > count && read(), {
        withinMs: 60_000,
      });
    const pace = { every_items: 1, max_unreported: 1, first_retry_ms: 10 };
    const job = { url: service.url, key, org: 'org-1', sync_id, items: 'o'.repeat(100_000), ...pace };

    const first = report(LANGUAGES[language], job);
    await countAbove(2);
    await request.post(`${path}/pause`).expect(200);
    const paused = await waitFor('paused', async () => (await read()).status === 'paused' && read());
    expect(paused.checkpoint).toEqual({ at: paused.processed_count });
    await request.post(`${path}/resume`).expect(200);
    const resumed = await countAbove(paused.processed_count);
    first.child.kill('SIGTERM');
    expect(await first.outcome).toMatchObject({ code: null, signal: 'SIGTERM', errors: '' });
    const left = await read();
    expect(left).toMatchObject({ status: 'running', checkpoint: { at: left.processed_count } });
    expect(left.processed_count).toBeGreaterThanOrEqual(resumed.processed_count);

    const second = report(LANGUAGES[language], job);
    await countAbove(left.processed_count + 2);
    await request.post(`${path}/cancel`).expect(200);
    const { code, printed, errors } = await second.outcome;
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const cancelled = await read();
    expect(cancelled).toMatchObject({ status: 'cancelled', checkpoint: { at: cancelled.processed_count } });
    expect(printed.processed_count).toBe(cancelled.processed_count);
  },
  240_000,
);
