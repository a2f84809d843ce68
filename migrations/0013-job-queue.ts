import { getConstructionPlans } from 'pg-boss';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Why: runs wait in pg-boss's tables, which the owner makes so that the service's role needs no right to. A job holds the names
 * of an organization and a sync and nothing of theirs. Retries are not pg-boss's business: a run whose lease ran out is queued
 * again (0014), whatever became of its job. `short`: a run waits in the queue once at most, however often it is sent.
 */
export class JobQueue0013 implements MigrationInterface {
  name = 'job-queue-0000000000013';

  async up(db: QueryRunner): Promise<void> {
    // The plan is a transaction of its own; this already is one.
    await db.query(
      getConstructionPlans('pgboss')
        .replace(/^\s*BEGIN;/, '')
        .replace(/COMMIT;\s*$/, ''),
    );
    await db.query(`
      SELECT pgboss.create_queue('sync-runs', '{"policy": "short", "retryLimit": 0, "heartbeatSeconds": 30,
        "expireInSeconds": 1800, "deleteAfterSeconds": 3600}')`);
    await db.query(`
      SELECT pgboss.create_queue('sync-schedules', '{"policy": "standard", "retryLimit": 5, "retryDelay": 10,
        "retryBackoff": true, "deleteAfterSeconds": 3600}')`);
    await db.query(`GRANT USAGE ON SCHEMA pgboss TO sync_app`);
    await db.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP SCHEMA pgboss CASCADE`);
  }
}
