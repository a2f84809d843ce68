import { getConstructionPlans } from 'pg-boss';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: every replica wakes for the same scheduled task; the database's clock and one row a task decide which of them runs it. Runs
 * wait in pg-boss's tables, which the owner makes so that the service's role needs no right to. A job holds the names of an
 * organization and a sync and nothing of theirs. Retries are not pg-boss's business: a run whose lease ran out is queued again, whatever
 * became of its job. `short`: a run waits in the queue once at most, however often it is sent.
 */
export class Jobs0003 implements MigrationInterface {
  name = 'jobs-0000000000003';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE app.scheduled_tasks (
        name text PRIMARY KEY,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        runs bigint NOT NULL DEFAULT 1,
        changed bigint NOT NULL DEFAULT 0,
        last_error text
      )`);
    await db.query(`GRANT SELECT, INSERT, UPDATE ON app.scheduled_tasks TO sync_app`);
    await db.query(`GRANT SELECT ON app.scheduled_tasks TO sync_backup`);
    // The plan is a transaction of its own; this already is one.
    await db.query(
      getConstructionPlans('pgboss')
        .replace(/^\s*BEGIN;/, '')
        .replace(/COMMIT;\s*$/, ''),
    );
    await db.query(`
      SELECT pgboss.create_queue('sync-runs', '{"policy": "short", "retryLimit": 0, "heartbeatSeconds": 30,
        "expireInSeconds": 1800, "deleteAfterSeconds": 3600}')`);
    await db.query(`GRANT USAGE ON SCHEMA pgboss TO sync_app, sync_backup`);
    await db.query(`GRANT SELECT ON ALL TABLES IN SCHEMA pgboss TO sync_backup`);
    await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP SCHEMA pgboss CASCADE`);
    await db.query(`DROP TABLE app.scheduled_tasks`);
  }
}
