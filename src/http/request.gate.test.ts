import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestGate } from './request.gate.ts';

/** What the process has been busy with between its turns; fake timers take no time themselves. */
let busyMs = 0;

let gate: RequestGate;

beforeEach(() => {
  vi.useFakeTimers();
  busyMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + busyMs);
  gate = new RequestGate(20);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

interface Asked {
  state: 'waits' | 'has begun' | 'overloaded';
  retryAfter?: number;
  release: () => void;
}

function ask(orgId: string, count: number): Asked[] {
  return Array.from({ length: count }, () => {
    const asked: Asked = { state: 'waits', release: () => undefined };
    gate.enter(orgId).then(
      (release) => Object.assign(asked, { state: 'has begun', release }),
      ({ problem, retryAfter }) => Object.assign(asked, { state: problem, retryAfter }),
    );
    return asked;
  });
}

const count = (asked: readonly Asked[], state: Asked['state']) => asked.filter((one) => one.state === state).length;
const turn = () => vi.advanceTimersByTimeAsync(1);

describe('Requests begin a few at a time', () => {
  it('and all at once while they are few', async () => {
    const asked = ask('org-1', 8);
    await Promise.resolve();
    expect(count(asked, 'has begun')).toBe(8);
  });

  it('and the organizations in turn: one that asks for much delays its own', async () => {
    const much = ask('org-1', 100);
    const little = ask('org-2', 2);
    await turn();
    await turn();
    expect([count(little, 'has begun'), count(much, 'waits') > 0]).toEqual([2, true]);
  });

  it('while there are places, which go on to those who wait', async () => {
    const asked = ask('org-1', 30);
    await vi.advanceTimersByTimeAsync(100);
    expect([count(asked, 'has begun'), count(asked, 'waits')]).toEqual([20, 10]);
    for (const { release } of asked.slice(0, 5)) release();
    await vi.advanceTimersByTimeAsync(100);
    expect([count(asked, 'has begun'), count(asked, 'waits')]).toEqual([25, 5]);
  });

  it('though another organization holds all places', async () => {
    ask('org-1', 30);
    await vi.advanceTimersByTimeAsync(100);
    const other = ask('org-2', 3);
    await vi.advanceTimersByTimeAsync(10);
    expect(count(other, 'has begun')).toBe(3);
  });

  it('and who waits too long is refused, with Retry-After, and served again when there are places', async () => {
    const asked = ask('org-1', 300);
    await vi.advanceTimersByTimeAsync(900);
    expect([count(asked, 'has begun'), count(asked, 'overloaded')]).toEqual([20, 280]);
    expect(new Set(asked.slice(20).map(({ retryAfter }) => retryAfter))).toEqual(new Set([1]));
    for (const { release } of asked) release();
    const after = ask('org-1', 20);
    await vi.advanceTimersByTimeAsync(100);
    expect(count(after, 'has begun')).toBe(20);
  });

  it.each([
    ['with time', 0, 0],
    ['whose turns take 120 ms', 120, 280],
  ])(
    'and a process %s leaves three of its turns of the second that a refusal may take',
    async (_which, takesMs, refused) => {
      const asked = ask('org-1', 300);
      await turn();
      for (let n = 0; n < 5; n += 1) {
        busyMs += takesMs;
        await vi.advanceTimersByTimeAsync(145 - takesMs);
      }
      expect(count(asked, 'overloaded')).toBe(refused);
      await vi.advanceTimersByTimeAsync(150);
      expect(count(asked, 'overloaded')).toBe(280);
    },
  );

  it('and refused are those who have waited longest, whatever organization they are of', async () => {
    ask('org-1', 20);
    const refused: number[] = [];
    for (let n = 0; n < 200; n += 1) {
      const orgId = ['org-1', 'org-2', 'org-3'][(n * n) % 3] as string;
      gate.enter(orgId).catch(() => refused.push(n));
    }
    await vi.advanceTimersByTimeAsync(900);
    expect(refused.length).toBeGreaterThan(180);
    expect(refused).toEqual(refused.toSorted((a, b) => a - b));
  });
});
