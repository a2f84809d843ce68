import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../support/send.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

it.each([101, 5_000, 20_000, 1_000_000])('a body nested %d deep is refused, wherever it is', async (depth) => {
  const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const bodies: [string, string, string][] = [
    ['POST', 'activity', `{"activity_type": "a", "status": "failed", "details": ${deep}}`],
    ['POST', 'activity', deep],
    ['PATCH', 'progress', `{"items": [{"sync_id": "s", "checkpoint": ${deep}}]}`],
    ['PUT', 'previews', `{"sync_type": "a", "delta_data": ${deep}}`],
  ];
  for (const [method, path, body] of bodies) {
    const authorization = `Bearer ${await token('org-1')}`;
    const key = { 'idempotency-key': `${path}-${depth}` };
    const { status, problem } = await send(service, `/api/sync/${path}`, { method, authorization, ...key, body });
    expect([400, 413]).toContain(status);
    expect(problem).toMatch(/^(malformed-request|body-too-large)$/);
  }
});
