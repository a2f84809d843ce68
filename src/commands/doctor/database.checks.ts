import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import { assertDatabaseReady, assertWritable, DatabaseNotReadyError } from '../../database/readiness.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

type Check = (pool: pg.Pool) => Promise<Finding>;

/** Signatures, tokens and Retry-After bear a few seconds. */
const CLOCK_SECONDS = 5;
/** What maintenance makes ahead. */
const MONTHS_AHEAD = 3;
/** The rarest task runs once a day; the others within the hour. */
const TASK_HOURS = 26;
/** A worker asks every few seconds. */
const QUEUE_SECONDS = 60;

/** As the service: a login that sees more than it should is found by the first. */
const CHECKS: readonly Check[] = [roles, writable, clocks, partitions, tasks, queue, connections];

/** Each check by itself: one that cannot be made does not hide the others. */
export async function checkDatabase(pool: pg.Pool): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    try {
      findings.push(await check(pool));
    } catch (error) {
      const remedy = 'Look at the message; when it names a right or a table, run npm run migrate as the owner.';
      findings.push(fail('database', `The check of ${check.name} failed: ${(error as Error).message}.`, remedy));
    }
  }
  return findings;
}

async function roles(pool: pg.Pool): Promise<Finding> {
  try {
    await assertDatabaseReady(pool);
  } catch (error) {
    if (!(error instanceof DatabaseNotReadyError)) throw error;
    // "What is wrong; what to do."
    const [found = error.message, ...rest] = error.message.split('; ');
    const check = found.includes('row-level security') ? 'roles' : 'schema';
    return fail(check, `${found}.`, rest.join('; ') || 'Run npm run migrate as the owner.');
  }
  return ok('roles', 'The role cannot bypass row-level security, and the schema is as this version migrates it.');
}

async function writable(pool: pg.Pool): Promise<Finding> {
  try {
    await assertWritable(pool);
    return ok('database', 'The database takes writes.');
  } catch (error) {
    return fail(
      'database',
      `The database takes no writes: ${(error as Error).message}.`,
      'Use the URL of the primary.',
    );
  }
}

async function clocks(pool: pg.Pool): Promise<Finding> {
  const started = performance.now();
  const { rows } = await pool.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::double precision AS now',
  );
  const roundTrip = (performance.now() - started) / 1000;
  const difference = Date.now() / 1000 - roundTrip / 2 - (rows[0]?.now ?? 0);
  const seconds = Math.max(Math.abs(difference) - roundTrip / 2, 0);
  if (seconds <= CLOCK_SECONDS) return ok('clocks', 'The clocks of this machine and of the database agree.');
  return warn(
    'clocks',
    `The clock of this machine is ${Math.round(seconds)} s ${difference > 0 ? 'ahead of' : 'behind'} the database's.`,
    'Synchronize both with NTP: tokens, signatures and schedules go by these clocks.',
  );
}

async function partitions(pool: pg.Pool): Promise<Finding> {
  const { rows } = await pool.query<{ month: string; ahead: number }>(
    `SELECT to_char(now() AT TIME ZONE 'UTC' + ahead * interval '1 month', 'YYYY-MM') AS month, ahead
       FROM generate_series(0, $1::integer) AS ahead
      WHERE NOT app.has_activity_partition(now() + ahead * interval '1 month') ORDER BY ahead`,
    [MONTHS_AHEAD],
  );
  if (rows.length === 0) return ok('partitions', `The trail has its months, and ${MONTHS_AHEAD} ahead.`);
  const months = rows.map(({ month }) => month).join(', ');
  const remedy = 'Let a process with SYNC_WORKER=on run: maintenance makes them within the hour.';
  const found = `The trail has no partition for ${months}.`;
  return rows[0]?.ahead === 0 ? fail('partitions', found, remedy) : warn('partitions', found, remedy);
}

async function tasks(pool: pg.Pool): Promise<Finding> {
  const { rows } = await pool.query<{ name: string; last_error: string | null; overdue: boolean }>(
    `SELECT name, last_error, started_at < now() - make_interval(hours => $1) AS overdue
       FROM app.scheduled_tasks WHERE last_error IS NOT NULL OR started_at < now() - make_interval(hours => $1) ORDER BY name`,
    [TASK_HOURS],
  );
  const { rows: all } = await pool.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM app.scheduled_tasks',
  );
  if (all[0]?.count === 0)
    return warn('tasks', 'No scheduled task has ever run.', 'Start the service, or a process with SYNC_WORKER=only.');
  const overdue = rows.filter((task) => task.overdue).map(({ name }) => name);
  if (overdue.length > 0)
    return fail('tasks', `Overdue for more than a day: ${overdue.join(', ')}.`, 'Start a process with SYNC_WORKER=on.');
  const [failed] = rows;
  if (failed) return warn('tasks', `${failed.name} failed the last time: ${failed.last_error}.`, 'See its log lines.');
  return ok('tasks', `${all[0]?.count} scheduled tasks run, and none failed the last time.`);
}

async function queue(pool: pg.Pool): Promise<Finding> {
  const { rows } = await pool.query<{ waiting: number; active: number; seconds: number | null }>(
    `SELECT count(*) FILTER (WHERE state IN ('created', 'retry'))::integer AS waiting,
            count(*) FILTER (WHERE state = 'active')::integer AS active,
            extract(epoch FROM now() - min(start_after) FILTER (WHERE state IN ('created', 'retry')))::double precision AS seconds
       FROM pgboss.job WHERE state IN ('created', 'retry', 'active')`,
  );
  const { waiting = 0, active = 0, seconds } = rows[0] ?? {};
  const age = Math.max(Math.round(seconds ?? 0), 0);
  const found = `${waiting} runs wait in the queue, the oldest for ${age} s; ${active} are worked on.`;
  if (age <= QUEUE_SECONDS) return ok('queue', found);
  const remedy =
    active > 0
      ? 'Add workers, or raise SYNC_WORKER_CONCURRENCY.'
      : 'No worker takes them: start one with SYNC_WORKER=on.';
  return active > 0 ? warn('queue', found, remedy) : fail('queue', found, remedy);
}

async function connections(pool: pg.Pool): Promise<Finding> {
  const { rows } = await pool.query<{ used: number; most: number }>(
    `SELECT (SELECT sum(numbackends)::integer FROM pg_stat_database) AS used,
            current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer AS most`,
  );
  const { used = 0, most = 0 } = rows[0] ?? {};
  const found = `${used} of ${most} connections of the database are in use.`;
  if (used <= most * 0.8) return ok('connections', found);
  return warn('connections', found, 'Put a pooler in between, lower SYNC_DB_POOL_SIZE, or raise max_connections.');
}
