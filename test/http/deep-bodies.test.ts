import { afterAll, beforeAll, expect, it } from '@jest/globals';
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
    const response = await fetch(`${service.url}/api/sync/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await token('org-1')}`,
        'content-type': 'application/json',
        'idempotency-key': `${path}-${depth}`,
      },
      body,
    });
    const { type } = (await response.json()) as { type: string };
    expect([400, 413]).toContain(response.status);
    expect(type).toMatch(/:(malformed-request|body-too-large)$/);
  }
});
