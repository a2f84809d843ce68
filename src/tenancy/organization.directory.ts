import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { POOL } from '../database/database.module.ts';

/**
 * The names of all organizations, for callers who may see all of them. Not through TenantDatabase: there is no organization yet.
 * The function in the database checks the key itself.
 */
@Injectable()
export class OrganizationDirectory {
  constructor(@Inject(POOL) private readonly pool: pg.Pool) {}

  /** At most `limit` ids in order, from `after` on, that contain `fragment`; none when the key is not one of every organization. */
  async list(
    keyHash: string,
    page: { readonly after: string | null; readonly fragment: string | null; readonly limit: number },
  ): Promise<string[]> {
    const { rows } = await this.pool.query<{ org_id: string }>('SELECT app.organizations($1, $2, $3, $4) AS org_id', [
      Buffer.from(keyHash, 'hex'),
      page.after,
      page.fragment,
      page.limit,
    ]);
    return rows.map(({ org_id }) => org_id);
  }
}
