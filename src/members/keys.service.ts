import { Inject, Injectable } from '@nestjs/common';
import { hashSecret, newSecret } from '../auth/key.hash.ts';
import { expandScopes, RIGHTS, rightsOf } from '../auth/rights.ts';
import { idFault } from '../common/identity.ts';
import { DEFAULT_LIMIT, type PageQuery } from '../common/list-query.dto.ts';
import { invalidMember, Problem } from '../common/problem.ts';
import { decodeTuple, encodeTuple, notACursor } from '../common/tuple.cursor.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type { ApiKeyPageDto, CreateApiKeyDto, CreatedApiKeyDto } from './dto/keys.dto.ts';
import { countKeys, createKey, findKey, type KeyRow, keysPage, revokeKey } from './members.sql.ts';

const LIST = 'keys';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The keys of an organization. The database writes the entry of the trail, as for keys that a command makes. */
@Injectable()
export class KeysService {
  constructor(
    private readonly database: TenantDatabase,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  /** Throws missing-scope for a key that may do more than who makes it. */
  async create({ name, user_id, scopes, expires_in_days }: CreateApiKeyDto): Promise<CreatedApiKeyDto> {
    const fault = user_id === undefined || user_id === null ? undefined : idFault(user_id);
    if (fault) throw invalidMember('#/user_id', fault);
    const granted = expandScopes(scopes);
    const own = rightsOf(currentTenant().principal.scopes);
    const beyond = rightsOf(granted).find((right) => !own.includes(right));
    if (beyond)
      throw new Problem(
        'missing-scope',
        `You cannot give the right ${beyond} (${RIGHTS[beyond]}), which you do not have.`,
      );
    const secret = newSecret('syk');
    return this.database.transaction(async (transaction) => {
      const { SYNC_ORG_KEYS: most } = this.env;
      const [counted] = await transaction.query<{ count: number }>(countKeys(most));
      if ((counted?.count ?? 0) >= most)
        throw new Problem(
          'quota-exceeded',
          `Your organization may have ${most} keys, those that ended within 90 days included.`,
        );
      const key = {
        name,
        userId: user_id ?? null,
        scopes: granted,
        hash: hashSecret(secret),
        days: expires_in_days ?? null,
      };
      const [made] = await transaction.query<{ id: string }>(createKey(currentUser(), key));
      const [row] = await transaction.query<KeyRow>(findKey(made?.id as string));
      return { ...(row as KeyRow), secret };
    });
  }

  async page(query: PageQuery): Promise<ApiKeyPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const [after = null] = query.cursor === undefined ? [] : decodeTuple(LIST, 1, query.cursor);
    if (after !== null && !UUID.test(after)) throw notACursor('is not a cursor of this list');
    const rows = await this.database.read<KeyRow>(keysPage(after, limit + 1));
    const items = rows.slice(0, limit);
    const last = rows.length > limit && items.at(-1);
    return { items, next_cursor: last ? encodeTuple(LIST, [last.id]) : null };
  }

  /** Throws not-found also for a key that was revoked before. */
  async revoke(id: string): Promise<void> {
    const [row] = await this.database.query<{ revoked: boolean }>(revokeKey(currentUser(), id));
    if (!row?.revoked)
      throw new Problem('not-found', 'There is no such key in your organization, or it was revoked before.');
  }
}
