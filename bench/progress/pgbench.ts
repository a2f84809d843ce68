import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchSync } from './load.types.ts';

const run = promisify(execFile);
/** The better of these is its rate. */
export const PGBENCH_CLIENTS = [16, 64] as const;

/** Which pgbench is on the PATH, or undefined: the embedded binaries have none. */
export async function findPgbench(): Promise<string | undefined> {
  return run('pgbench', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/** One-row transactions a second: BEGIN, the organization, UPDATE … RETURNING *, COMMIT, prepared, each client with a sync of its own. */
export async function pgbenchRate(
  url: string,
  syncs: readonly BenchSync[],
  seconds: number,
  clients: number,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'sync-operations-pgbench-'));
  try {
    const script = join(folder, 'report.sql');
    await writeFile(script, scriptFor(syncs.slice(0, clients)));
    const args = ['-n', '-M', 'prepared', '-c', `${clients}`, '-j', '2', '-T', `${seconds}`, '-f', script];
    const { stdout } = await run('pgbench', [...args, url]);
    const rate = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
    if (!(rate > 0)) throw new Error(`pgbench printed no rate:\n${stdout}`);
    return rate;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scriptFor(syncs: readonly BenchSync[]): string {
  const cases = syncs.map(
    ({ org_id, sync_id }, client) => `\\${client === 0 ? 'if' : 'elif'} :client_id = ${client}
BEGIN;
SELECT app.set_org('${org_id}');
UPDATE public.sync_progress SET processed_count = processed_count + 1 WHERE org_id = '${org_id}' AND sync_id = '${sync_id}' RETURNING *;
COMMIT;`,
  );
  return `${cases.join('\n')}\n\\endif\n`;
}
