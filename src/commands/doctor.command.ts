import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Environment, loadEnvironment } from '../config/environment.ts';
import { apiOf, withApiOptions } from './api.calls.ts';
import { printResult } from './command.line.ts';
import { checkConnections } from './doctor/connection.checks.ts';
import { type Finding, fail } from './doctor/finding.ts';
import { checkSettings } from './doctor/settings.check.ts';
import { printableError } from './printable.error.ts';

const RUN_MS = 10_000;

/** Looks at what the service needs, changes nothing, and says what to do. */
export function addDoctor(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('check settings, roles, schema, clocks, partitions, tasks, queue and connections; changes nothing')
    .option('--connections', 'also have the running service check each shop and ERP; needs SYNC_API_KEY');
  withApiOptions(doctor).action(async ({ connections }: { connections?: boolean }, command: Command) => {
    const environment = loadEnvironment();
    const findings = [...checkSettings(environment), ...(await checkDatabaseOf(environment))];
    if (connections) findings.push(...(await checkConnections(apiOf(command))));
    printResult(command, findings, (found) => {
      for (const { check, state, found: what, remedy } of found)
        console.log(`${state.padEnd(4)}  ${check}: ${what}${remedy ? `\n      → ${remedy}` : ''}`);
    });
    if (findings.some(({ state }) => state === 'fail')) process.exitCode = 1;
  });
}

async function checkDatabaseOf(environment: Environment): Promise<Finding[]> {
  const { databaseVariable = 'the embedded database' } = environment;
  let opened: { readonly url: string; close(): Promise<void> };
  try {
    const found = await open(environment);
    if (!found)
      return [
        fail(
          'database',
          `No database URL is set, and there is no embedded database in ${resolve(environment.SYNC_DATA_DIR)}.`,
          'Set DATABASE_URL, or start the service once.',
        ),
      ];
    opened = found;
  } catch (error) {
    return [fail('database', printableError(error, databaseVariable), 'See postgres.log in the data folder.')];
  }
  const [{ createSettledPool }, { checkDatabase }] = await Promise.all([
    import('../database/pool.ts'),
    import('./doctor/database.checks.ts'),
  ]);
  const pool = createSettledPool(opened.url, { max: 1, runMs: RUN_MS });
  try {
    await pool.query('SELECT 1');
    return await checkDatabase(pool);
  } catch (error) {
    return [fail('database', printableError(error, databaseVariable), 'Check the URL, the network and the password.')];
  } finally {
    await pool.end();
    await opened.close();
  }
}

/** The database as the service's role. Undefined: there is none yet, and none is made. */
async function open({ databaseUrl, SYNC_DATA_DIR: dataDir }: Environment) {
  if (databaseUrl) return { url: databaseUrl, close: async () => undefined };
  const { holdsDatabase, startEmbeddedPostgres } = await import('@sync-operations/embedded-postgres');
  if (!holdsDatabase(dataDir)) return undefined;
  const embedded = await startEmbeddedPostgres({ dataDir });
  return { url: embedded.appUrl, close: () => embedded.stop() };
}
