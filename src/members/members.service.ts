import { Injectable } from '@nestjs/common';
import { hasRight, type Role, rightsOf, scopesOfMember } from '../auth/rights.ts';
import { DEFAULT_LIMIT, type PageQuery } from '../common/list-query.dto.ts';
import { Problem } from '../common/problem.ts';
import { decodeTuple, encodeTuple } from '../common/tuple.cursor.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type { ChangeMemberDto, MemberDto, MemberPageDto } from './dto/members.dto.ts';
import { changeMember, findMember, type MemberRow, membersPage } from './members.sql.ts';

const LIST = 'members';

/** Who belongs to an organization, and what they may do. The database writes the entry of the trail, and ends their sessions. */
@Injectable()
export class MembersService {
  constructor(private readonly database: TenantDatabase) {}

  async page(query: PageQuery): Promise<MemberPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const [after = null] = query.cursor === undefined ? [] : decodeTuple(LIST, 1, query.cursor);
    const rows = await this.database.read<MemberRow>(membersPage(currentTenant().orgId, after, limit + 1));
    const items = rows.slice(0, limit);
    const last = rows.length > limit && items.at(-1);
    return { items, next_cursor: last ? encodeTuple(LIST, [last.user_id]) : null };
  }

  /**
   * Throws conflict for a role that the identity provider gives, and for one's own: nobody shuts themselves out, or gives themselves more. Throws
   * missing-scope for a role that may do more than who gives it.
   */
  change(id: string, body: ChangeMemberDto): Promise<MemberDto> {
    const { orgId, principal } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [current] = await transaction.query<MemberRow>(findMember(orgId, id));
      if (!current) throw noSuchMember();
      if (principal.userId === id) throw new Problem('conflict', 'Another admin changes your own role.');
      const statement = changeMember(currentUser(), id, body.role ?? null, body.sees_payloads ?? null);
      const [changed] = await transaction.query<{ source: string | null }>(statement);
      if (changed?.source === 'provider')
        throw new Problem('conflict', 'The identity provider gives this role; change it there.');
      const [row] = await transaction.query<MemberRow>(findMember(orgId, id));
      if (!row) throw noSuchMember();
      // Of what it has come to, since two requests may change one of the two each; a refusal takes the change back.
      if (row.role !== null) this.refuseMoreThanOwn(row.role, row.sees_payloads);
      return row;
    });
  }

  private refuseMoreThanOwn(role: Role, payloads: boolean): void {
    const { scopes } = currentTenant().principal;
    const beyond = rightsOf(scopesOfMember(role, payloads)).find((right) => !hasRight(scopes, right));
    if (beyond) throw new Problem('missing-scope', `You cannot give the right ${beyond}, which you do not have.`);
  }
}

const noSuchMember = (): Problem => new Problem('not-found', 'There is no such member in your organization.');
