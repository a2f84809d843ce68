import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './data-folder.lock.ts';
import { identify } from './process.identity.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'lock-'));
  file = path.join(folder, 'lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('one holder at a time works; the next waits and learns who holds the lock', async () => {
  const order: string[] = [];
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
  const first = withLock(file, noWait, async () => {
    await finished;
    order.push('first ends');
  });
  const onWait = (holder: number | undefined) => {
    order.push(`second waits for ${holder === process.pid ? 'us' : holder}`);
    finish();
  };
  await withLock(file, onWait, async () => order.push('second'));
  await first;
  expect(order).toEqual(['second waits for us', 'first ends', 'second']);
  expect(existsSync(file)).toBe(false);
});

test('the lock is released when the work fails', async () => {
  await expect(withLock(file, noWait, () => Promise.reject(new Error('work failed')))).rejects.toThrow('work failed');
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that died is taken over, by one of many at a time', async () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  writeFileSync(file, JSON.stringify({ pid, started: '' }));
  let inside = 0;
  const work = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await Promise.resolve();
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock(file, () => {}, work)));
});

test('a lock whose pid was given to another process since is taken over', async () => {
  const earlier = { pid: process.pid, started: 'in an earlier life of this container' };
  writeFileSync(file, JSON.stringify(earlier));
  await expect(withLock(file, noWait, async () => 'done')).resolves.toBe('done');
});

test('a lock that a crash left unwritten is taken over after a while', async () => {
  writeFileSync(file, '');
  utimesSync(file, 0, 0);
  await expect(withLock(file, noWait, async () => 'done')).resolves.toBe('done');
});

test('a process is distinguished from a later one with its pid', () => {
  expect(identify(process.pid)).toEqual(identify(process.pid));
  expect(identify(process.pid)?.started).not.toBe(identify(process.ppid)?.started);
  expect(identify(spawnSync(process.execPath, ['--version']).pid)).toBeUndefined();
});

function noWait(): void {
  throw new Error('nobody should have to wait');
}
