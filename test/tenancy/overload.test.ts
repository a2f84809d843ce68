import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/common/problem.ts';
import { startTenants, type TenantHarness } from './tenant.support.ts';

/** Who is refused learns of it within a second, and what a busy machine adds. */
const REFUSED_WITHIN_MS = 1_500;
const CONNECTIONS = 2;
let harness: TenantHarness;

beforeEach(async () => {
  harness = await startTenants(CONNECTIONS);
});
afterEach(() => harness.close());

const read = (orgId: string, seconds: number) =>
  harness.as(orgId, (tenants) => tenants.read({ text: 'SELECT pg_sleep($1)::text AS slept', values: [seconds] }));

async function outcome(call: Promise<unknown>) {
  const since = performance.now();
  const error = await call.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const problem = error instanceof Problem ? error : undefined;
  return {
    problem: error ? (problem?.problem ?? String(error)) : 'none',
    retryAfter: problem?.retryAfter,
    inTime: performance.now() - since < REFUSED_WITHIN_MS,
  };
}

const REFUSED = { problem: 'overloaded', retryAfter: 1, inTime: true };

describe('What cannot be served in time is refused at once: a pool that other organizations use up', () => {
  it('refuses within a second who waits for it, with Retry-After, and serves at once when it is free again', async () => {
    const slow = Array.from({ length: CONNECTIONS }, (_, index) => outcome(read(`slow-${index}`, 3)));
    const others = await Promise.all(Array.from({ length: 20 }, (_, index) => outcome(read(`org-${index}`, 0))));
    expect(others).toEqual(Array(20).fill(REFUSED));
    expect((await Promise.all(slow)).map(({ problem }) => problem)).toEqual(['none', 'none']);
    const after = await Promise.all(Array.from({ length: 20 }, (_, index) => outcome(read(`org-${index}`, 0))));
    expect(after.map(({ problem }) => problem)).toEqual(Array(20).fill('none'));
  });

  it('has room for so many who wait; more are refused though the others get through', async () => {
    const calls = Array.from({ length: 300 }, (_, index) => outcome(read(`org-${index}`, 0.001)));
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter(({ problem }) => problem === 'none').length).toBeGreaterThanOrEqual(90);
    expect(outcomes.filter(({ problem }) => problem !== 'none')).toContainEqual(REFUSED);
  });
});
