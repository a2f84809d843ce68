import { Injectable } from '@nestjs/common';
import type { AuthenticatedRequest } from '../auth/auth.decorators.ts';
import { DEFAULT_LIMIT } from '../common/list-query.dto.ts';
import { decodeTuple, encodeTuple } from '../common/tuple.cursor.ts';
import { OrganizationDirectory } from './organization.directory.ts';
import type { OrganizationPageDto, OrganizationsQuery } from './organizations.dto.ts';

const LIST = 'organizations';

/** Which organizations a principal may choose from. */
@Injectable()
export class OrganizationsService {
  constructor(private readonly directory: OrganizationDirectory) {}

  async page(request: AuthenticatedRequest, query: OrganizationsQuery): Promise<OrganizationPageDto> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const [after = null] = query.cursor === undefined ? [] : decodeTuple(LIST, 1, query.cursor);
    const page = { after, fragment: query.q ?? null, limit: limit + 1 };
    const own = request.principal?.orgId ?? null;
    const found = own === null ? await this.ofAll(request.principal?.keyHash, page) : only(own, page);
    const items = found.slice(0, limit).map((org_id) => ({ org_id }));
    const last = found.length > limit && items.at(-1);
    return { items, next_cursor: last ? encodeTuple(LIST, [last.org_id]) : null };
  }

  private async ofAll(keyHash: string | undefined, page: Parameters<OrganizationDirectory['list']>[1]) {
    return keyHash ? this.directory.list(keyHash, page) : [];
  }
}

/** Nothing comes after the only one. */
function only(own: string, { after, fragment }: { after: string | null; fragment: string | null }): string[] {
  const isMeant = fragment === null || own.toLowerCase().includes(fragment.toLowerCase());
  return after === null && isMeant ? [own] : [];
}
