import { Logger } from '@nestjs/common';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { Problem } from '../common/problem.ts';
import { OutageLog } from './outage.log.ts';

const said = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
afterEach(() => said.mockClear());
afterAll(() => said.mockRestore());

it('An outage is one line a minute, which counts what it did not say and has no stack', () => {
  let now = 0;
  const log = new OutageLog(() => now);
  const gone = (process: number) => new Error(`ECONNRESET of process ${process}`);
  for (let process = 0; process < 50; process += 1) expect(log.tell(gone(process))).toBe(true);
  now = 60_000;
  log.tell(gone(51));
  expect(said.mock.calls).toEqual([
    [{ outage: 'ECONNRESET of process 0', failures_since_last: 0 }, 'the database cannot be used'],
    [{ outage: 'ECONNRESET of process 51', failures_since_last: 49 }, 'the database cannot be used'],
  ]);
});

it('Another reason is a line of its own, and any other error is left to the caller', () => {
  const log = new OutageLog();
  log.tell(new Error('ECONNRESET'));
  log.tell(new Error('Query read timeout'));
  expect(log.tell(new Error('a bug'))).toBe(false);
  expect(said).toHaveBeenCalledTimes(2);
});

it('A refusal for load is one line a minute of its own, a warning, and has no stack', () => {
  const warned = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const log = new OutageLog(() => 0);
  const refusal = new Problem('organization-busy', 'Too much.');
  for (let request = 0; request < 50; request += 1) expect(log.tell(refusal)).toBe(true);
  expect(log.tell(new Problem('overloaded', 'Too much.'))).toBe(true);
  const text = 'more is asked for than is done in time';
  expect(warned.mock.calls).toEqual([
    [{ refusal: 'organization-busy', failures_since_last: 0 }, text],
    [{ refusal: 'overloaded', failures_since_last: 0 }, text],
  ]);
  expect(said).not.toHaveBeenCalled();
  expect(refusal.stack).not.toContain(' at ');
  warned.mockRestore();
});
