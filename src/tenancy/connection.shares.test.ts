import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConnectionShares, type Release } from './connection.shares.ts';

const PATIENCE_MS = 800;
let shares: ConnectionShares;

beforeEach(() => {
  vi.useFakeTimers();
  shares = new ConnectionShares({ connections: 2, waiting: 3 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asks for a connection; `state` says what came of it. */
function ask(orgId = 'org-1') {
  const asked: { state: 'waits' | 'has it' | 'refused'; release: Release; detail?: string } = {
    state: 'waits',
    release: () => undefined,
  };
  shares.take(orgId, PATIENCE_MS).then(
    (release) => Object.assign(asked, { state: 'has it', release }),
    (problem) => Object.assign(asked, { state: 'refused', detail: problem.problem }),
  );
  return asked;
}
const states = (asked: readonly { state: string }[]) => asked.map(({ state }) => state);
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("an organization's share of the connections", () => {
  it('is all that it holds; another organization has its own', async () => {
    const own = [ask(), ask(), ask()];
    const other = ask('org-2');
    await settle();
    expect(states([...own, other])).toEqual(['has it', 'has it', 'waits', 'has it']);
  });

  it('goes to those who wait in the order of their arrival', async () => {
    const all = [ask(), ask(), ask(), ask()];
    await settle();
    all[1]?.release(true);
    const late = ask();
    await settle();
    expect(states([...all, late])).toEqual(['has it', 'has it', 'has it', 'waits', 'waits']);
    all[0]?.release(true);
    await settle();
    expect(states([...all, late])).toEqual(['has it', 'has it', 'has it', 'has it', 'waits']);
  });

  it('has room for so many who wait, and more are refused at once', async () => {
    const all = Array.from({ length: 6 }, () => ask());
    await settle();
    expect(all[5]).toMatchObject({ state: 'refused', detail: 'organization-busy' });
    expect(states(all.slice(2, 5))).toEqual(Array(3).fill('waits'));
  });

  it('is waited for while work gets through, though it takes longer than the patience', async () => {
    const all = [ask(), ask(), ask(), ask()];
    await vi.advanceTimersByTimeAsync(700);
    all[0]?.release(true);
    await vi.advanceTimersByTimeAsync(700);
    expect(states(all)).toEqual(['has it', 'has it', 'has it', 'waits']);
    await vi.advanceTimersByTimeAsync(200);
    expect(states(all)).toEqual(['has it', 'has it', 'has it', 'refused']);
  });

  it('is refused as soon as nothing got through for the patience: work that failed at a lock does not count', async () => {
    const all = [ask(), ask(), ask(), ask(), ask()];
    await vi.advanceTimersByTimeAsync(700);
    all[0]?.release(false);
    await vi.advanceTimersByTimeAsync(100);
    expect(states(all)).toEqual(['has it', 'has it', 'has it', 'refused', 'refused']);
  });

  it('is refused after 5 s in any case, however much gets through', async () => {
    shares = new ConnectionShares({ connections: 1, waiting: 100 });
    const all = Array.from({ length: 20 }, () => ask());
    for (const one of all.slice(0, 13)) {
      await vi.advanceTimersByTimeAsync(400);
      one.release(true);
    }
    await vi.advanceTimersByTimeAsync(800);
    expect(states(all.slice(14))).toEqual(Array(6).fill('refused'));
  });

  it('is refused at once to who would wait for more than three seconds, as things go, and given to others when it is free', async () => {
    shares = new ConnectionShares({ connections: 1, waiting: 100 });
    const all = Array.from({ length: 7 }, () => ask());
    await vi.advanceTimersByTimeAsync(600);
    all[0]?.release(true);
    await settle();
    const late = [ask(), ask()];
    await settle();
    expect(states([...all.slice(1), ...late])).toEqual(['has it', ...Array(5).fill('waits'), 'refused', 'refused']);
    for (const one of all.slice(1)) {
      one.release(true);
      await settle();
    }
    const fresh = ask();
    await settle();
    expect(fresh.state).toBe('has it');
  });

  it('is whole again when everything is released', async () => {
    for (let round = 0; round < 3; round += 1) {
      const all = [ask(), ask(), ask()];
      await settle();
      for (const one of all) {
        one.release(true);
        await settle();
      }
    }
    const fresh = [ask(), ask(), ask()];
    await settle();
    expect(states(fresh)).toEqual(['has it', 'has it', 'waits']);
  });
});
