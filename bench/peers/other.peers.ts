import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@sync-operations/embedded-postgres';

// Peers that are measured beside the service and are no part of it: their packages are installed by the benchmark alone.

const run = promisify(execFile);
/** Resolves what is installed beside it. */
export const OTHER_PEERS = fileURLToPath(new URL('others/package.json', import.meta.url));
export const POSTGRAPHILE = fileURLToPath(new URL('others/postgraphile.main.mjs', import.meta.url));

/** False when the registry cannot be reached. */
export async function installOtherPeers(): Promise<boolean> {
  const folder = fileURLToPath(new URL('others', import.meta.url));
  return run('npm', ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']).then(
    () => true,
    () => false,
  );
}

/** A Redis that keeps nothing on disk, if there is one on the PATH. */
export async function startRedis(): Promise<
  { port: number; pid: number; version: string; stop: () => Promise<void> } | undefined
> {
  const version = await run('redis-server', ['--version']).then(
    ({ stdout }) => `Redis ${/v=([\d.]+)/.exec(stdout)?.[1]}`,
    () => undefined,
  );
  if (!version) return undefined;
  const port = await freePort(undefined);
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const child = spawn('redis-server', ['--port', String(port), ...settings], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('Ready to accept')) break;
  child.stdout.resume();
  const stop = async () => {
    child.kill();
    await exit;
  };
  return { port, pid: child.pid as number, version, stop };
}
