import type { MigrationInterface, QueryRunner } from 'typeorm';
import { describeColumns, protectTenantTable } from './support.ts';

/**
 * Why: what is told of a trail elsewhere cannot be altered together with it. How far each organization's seals have been told, as the root of a
 * day and with their entries, is one row, so that it goes on where it was after a restart.
 */
export class TrailPlaces0019 implements MigrationInterface {
  name = 'trail-places-0000000000019';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE public.sync_trail_places (
        org_id text NOT NULL CHECK (org_id <> ''),
        exported bigint NOT NULL DEFAULT 0 CHECK (exported >= 0),
        root bigint NOT NULL DEFAULT 0 CHECK (root >= 0),
        PRIMARY KEY (org_id)
      )`);
    await describeColumns(db, 'sync_trail_places', {
      exported: 'the number of the last seal that was exported with its entries; 0: none',
      root: 'the number of the last seal that was told as the root of a day; 0: none',
    });
    await protectTenantTable(db, 'public.sync_trail_places');
    await db.query(`GRANT SELECT, INSERT, UPDATE ON public.sync_trail_places TO sync_app`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE public.sync_trail_places`);
  }
}
