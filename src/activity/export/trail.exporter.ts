import { Inject, Injectable, Logger } from '@nestjs/common';
import type pg from 'pg';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { TASK_POOL } from '../../database/database.module.ts';
import { outages } from '../../database/outage.log.ts';
import { TaskRunner } from '../../jobs/task.runner.ts';
import { runAsWorker } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { TrailOrganizations } from '../sealing/trail.organizations.ts';
import { openArchive, type TrailArchive } from './trail.archive.ts';
import { type ExportedSeal, markExported, monthLeft, nextToExport, unsealedOfMonth } from './trail.export.sql.ts';

const EVERY_SECONDS = 60;
/** An organization that has more goes on in the next turn, so that the others do not wait. */
const SEALS_A_TURN = 10;
const UNSEALED_AN_OBJECT = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Writes each seal with its entries to SYNC_TRAIL_EXPORT_URL, once, an object a seal: `<organization>/<month>/<number>.ndjson`. One that was
 * written and not marked, since the worker was killed, is written again with the same content.
 */
@Injectable()
export class TrailExporter {
  private readonly logger = new Logger('Maintenance');
  private readonly pool: pg.Pool;
  private readonly archive: TrailArchive | undefined;

  constructor(
    @Inject(TASK_POOL) pool: pg.Pool,
    private readonly database: TenantDatabase,
    runner: TaskRunner,
    @Inject(ENVIRONMENT) env: Environment,
  ) {
    this.pool = pool;
    const { SYNC_TRAIL_EXPORT_URL: url } = env;
    if (url === undefined) return;
    this.archive = openArchive(url, {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
      region: env.AWS_REGION,
    });
    const organizations = new TrailOrganizations(pool);
    const each = (orgId: string) => runAsWorker(orgId, () => this.exportSeals(orgId, SEALS_A_TURN));
    const run = () => organizations.visit(each, this.failed);
    runner.register({ name: 'trail-export', everySeconds: EVERY_SECONDS, run });
  }

  /**
   * Whether all entries of a month, `YYYY-MM-01`, stand in the archive, so that it may leave the database. Those that no seal holds are
   * written now. False: seals wait for their turn.
   */
  async hasMonth(month: string): Promise<boolean> {
    const { archive } = this;
    if (!archive) return false;
    let isWhole = true;
    const organizations = new TrailOrganizations(this.pool);
    const look = (orgId: string) =>
      runAsWorker(orgId, async () => {
        const [left] = await this.database.read<{ is_exported: boolean; unsealed: string }>(monthLeft(orgId, month));
        isWhole &&= left?.is_exported ?? false;
        if (isWhole && Number(left?.unsealed) > 0) await this.exportUnsealed(archive, orgId, month);
      });
    const failed = (orgId: string, error: unknown) => {
      isWhole = false;
      this.failed(orgId, error);
    };
    while ((await organizations.visit(look, failed)) > 0);
    return isWhole;
  }

  private readonly failed = (orgId: string, error: unknown) => {
    if (!outages.tell(error))
      this.logger.error({ err: error, org_id: orgId }, 'the trail of an organization cannot be exported');
  };

  private async exportSeals(orgId: string, most: number): Promise<void> {
    for (let seal = 0; seal < most; seal += 1) {
      const [next] = await this.database.read<ExportedSeal>(nextToExport(orgId));
      if (!next) return;
      await this.archive?.put(`${folderOf(orgId, next.month)}/${next.sequence.padStart(12, '0')}.ndjson`, next.body);
      await this.database.query(markExported(orgId, next.sequence));
    }
  }

  private async exportUnsealed(archive: TrailArchive, orgId: string, month: string): Promise<void> {
    for (let part = 1, after = FIRST_ID; ; part += 1) {
      const statement = unsealedOfMonth(orgId, month, after, UNSEALED_AN_OBJECT);
      const entries = await this.database.read<{ id: string; line: string }>(statement);
      const last = entries.at(-1);
      if (!last) return;
      const body = entries.map(({ line }) => `${line}\n`).join('');
      await archive.put(`${folderOf(orgId, month.slice(0, 7))}/unsealed-${String(part).padStart(6, '0')}.ndjson`, body);
      after = last.id;
    }
  }
}

/** A name of one part, whatever the organization is called: also `..` names no folder above. */
const folderOf = (orgId: string, month: string) => `${encodeURIComponent(orgId).replaceAll('.', '%2E')}/${month}`;
