import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import perfHooks from 'node:perf_hooks';
import v8 from 'node:v8';
import { currentInstance } from './virtual.process.ts';

/**
 * What the queue tells of the machine and the process with each heartbeat is constant: it would be another in each run, and reading it
 * takes time that is not ours.
 */
export function virtualMachine(): void {
  const heap = Object.fromEntries(Object.keys(v8.getHeapStatistics()).map((name) => [name, 2 ** 30]));
  const { readFile } = fsPromises;
  const began = Date.now();
  const uptime = () => (Date.now() - began) / 1_000;
  Object.assign(fsPromises, {
    readFile: (...args: Parameters<typeof readFile>) =>
      /^\/(sys|proc)\//.test(String(args[0]))
        ? Promise.reject(Object.assign(new Error('not here'), { code: 'ENOENT' }))
        : readFile(...args),
  });
  Object.assign(os, {
    totalmem: () => 2 ** 33,
    freemem: () => 2 ** 32,
    availableParallelism: () => 2,
    hostname: () => 'simulation',
  });
  Object.assign(v8, { getHeapStatistics: () => heap });
  Object.assign(perfHooks, {
    monitorEventLoopDelay: () => ({
      enable: () => true,
      disable: () => true,
      reset: () => undefined,
      count: 0,
      max: 0,
      percentile: () => 0,
    }),
  });
  Object.assign(perfHooks.performance, { eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }) });
  Object.assign(process, {
    uptime,
    cpuUsage: () => ({ user: 0, system: 0 }),
    hrtime: Object.assign(() => [Math.floor(uptime()), 0], { bigint: () => BigInt(Math.round(uptime() * 1e9)) }),
    memoryUsage: Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), {
      rss: () => 0,
    }),
  });
  // A worker is known by the number of its process.
  Object.defineProperty(process, 'pid', { get: () => currentInstance()?.number ?? 1 });
  syncBuiltinESMExports();
}
