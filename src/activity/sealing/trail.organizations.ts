import type pg from 'pg';
import { organizationsOfTheTrail } from './seal.sql.ts';

const AT_ONCE = 100;
const FAILURES_IN_A_ROW = 5;

/** Goes through the organizations of the trail for a task, so many a batch, in turn after turn. */
export class TrailOrganizations {
  private readonly pool: pg.Pool;
  private after = '';

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /**
   * Returns how many were looked at while there are more, so that the turn of the task goes on to the last of them. One for which `each`
   * rejects is passed over, so that it keeps no other from its turn; when several in a row do, so would all, and the last error ends the turn.
   */
  async visit(
    each: (orgId: string) => Promise<void>,
    failed: (orgId: string, error: unknown) => void,
  ): Promise<number> {
    const { text, values } = organizationsOfTheTrail(this.after, AT_ONCE);
    const { rows } = await this.pool.query<{ org_id: string }>(text, values as unknown[]);
    let failures = 0;
    for (const { org_id } of rows) {
      this.after = org_id;
      try {
        await each(org_id);
        failures = 0;
      } catch (error) {
        failed(org_id, error);
        failures += 1;
        if (failures === FAILURES_IN_A_ROW) throw error;
      }
    }
    if (rows.length < AT_ONCE) this.after = '';
    return this.after === '' ? 0 : rows.length;
  }
}
