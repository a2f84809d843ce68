import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { decodeCursor, type Page, toPage } from '../common/cursor.ts';
import { DEFAULT_LIMIT, type PageQuery } from '../common/list-query.dto.ts';
import { invalidMember, Problem } from '../common/problem.ts';
import { comparableEmail } from '../connectors/canonical/comparable.text.ts';
import { Quotas } from '../quotas/quotas.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type { EraseDto, ErasureDto } from './dto/erasures.dto.ts';
import {
  customersById,
  type ErasureRow,
  erasurePage,
  type FoundCustomer,
  findErasure,
  type NewErasure,
  storeErasure,
} from './erasure.sql.ts';

/** Takes requests to erase a person, and says what came of them. */
@Injectable()
export class ErasuresService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly activity: ActivityService,
    private readonly quotas: Quotas,
  ) {}

  /** Throws invalid-request unless one person is named, not-found for an id that no customer has. */
  async request(body: EraseDto): Promise<ErasureDto> {
    const { orgId } = currentTenant();
    const most = this.quotas.limits.erasures;
    const named = await this.named(body);
    const erasure: NewErasure = { ...named, reference: body.reference ?? null, requestedBy: currentUser() };
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<ErasureRow>(storeErasure(orgId, erasure, most));
      if (!row)
        throw new Problem('quota-exceeded', `Your organization has ${most} erasures at work; wait for one of them.`);
      await this.activity.append({
        ...{ activity_type: 'erasure_requested', status: 'queued' },
        details: { erasure_id: row.id, named_by: row.named_by, reference: row.reference },
      });
      return shown(row);
    });
  }

  async list(query: PageQuery): Promise<Page<ErasureDto>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    const rows = await this.database.read<ErasureRow>(erasurePage(currentTenant().orgId, after, limit + 1));
    return toPage(rows.map(shown), limit, ({ requested_at, id }) => ({ at: requested_at, id }));
  }

  async get(id: string): Promise<ErasureDto> {
    const [row] = await this.database.read<ErasureRow>(findErasure(currentTenant().orgId, id));
    if (!row) throw new Problem('not-found', 'There is no such erasure in your organization.');
    return shown(row);
  }

  private async named(body: EraseDto): Promise<Pick<NewErasure, 'namedBy' | 'email' | 'subjects'>> {
    const { external_id } = body;
    const email = body.email === undefined ? null : addressOf(body.email);
    if (external_id === undefined) {
      if (email === null) throw invalidMember('#/email', 'or external_id is required');
      if (body.connection_id !== undefined)
        throw invalidMember('#/connection_id', 'goes with external_id: an address is erased everywhere');
      return { namedBy: 'email', email, subjects: [] };
    }
    const found = await this.database.read<FoundCustomer>(
      customersById(currentTenant().orgId, external_id, body.connection_id ?? null),
    );
    const [customer, other] = found;
    if (!customer) throw new Problem('not-found', 'No customer of your organization has this external_id.');
    // The same number is somebody else's in another shop.
    if (other) {
      const names = found.map(({ name }) => name).join(', ');
      throw invalidMember('#/connection_id', `is required: customers of ${names} have this external_id`);
    }
    const { name: _, email: stored, ...subject } = customer;
    const known = comparableEmail(stored);
    if (email !== null && known !== null && email !== known)
      throw invalidMember('#/email', 'is not the address of the customer: they may be two persons');
    return { namedBy: 'external_id', email: email ?? known, subjects: [subject] };
  }
}

/** Throws invalid-request. */
function addressOf(text: string): string {
  const address = comparableEmail(text);
  if (address && /^[^\s@"\\]+@[^\s@"\\]+\.[^\s@"\\]+$/.test(address)) return address;
  throw invalidMember('#/email', 'must be an e-mail address');
}

const shown = ({ stores, pass, subjects, ...row }: ErasureRow): ErasureDto => ({
  ...row,
  passes: pass,
  stores: Object.entries(stores).map(([store, count]) => ({ store, ...count })),
  // Where the person may still be, which is not ours to erase.
  still_at:
    row.state === 'running'
      ? []
      : subjects.flatMap(({ connection_id, external_id }) => (connection_id ? [{ connection_id, external_id }] : [])),
});
