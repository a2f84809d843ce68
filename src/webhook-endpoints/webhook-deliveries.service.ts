import { Injectable } from '@nestjs/common';
import { decodeCursor, type Page, toPage } from '../common/cursor.ts';
import { DEFAULT_LIMIT } from '../common/list-query.dto.ts';
import { Problem } from '../common/problem.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type DeliveryRow, deliveriesPage, insertDelivery, replayOne, replaySince } from './delivery.sql.ts';
import type { ReplayedDto, WebhookDeliveryDto } from './dto/delivery.dto.ts';
import type { ReplayDeliveriesDto, WebhookDeliveriesQuery } from './dto/requests.dto.ts';
import { TEST_EVENT } from './event.types.ts';
import { toldOf } from './message.data.ts';
import { WebhookEndpointsService } from './webhook-endpoints.service.ts';

/** Shows what was sent to the endpoints of a tenant, and sends it again. */
@Injectable()
export class WebhookDeliveriesService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly endpoints: WebhookEndpointsService,
  ) {}

  async list(endpointId: string, query: WebhookDeliveriesQuery): Promise<Page<WebhookDeliveryDto>> {
    await this.endpoints.get(endpointId);
    const { limit = DEFAULT_LIMIT, cursor, state = null } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const page = deliveriesPage(currentTenant().orgId, endpointId, { state, after, limit: limit + 1 });
    const rows = await this.database.read<DeliveryRow>(page);
    return toPage(rows.map(toldOf), limit, ({ created_at, id }) => ({ at: created_at, id }));
  }

  /** Sends a message to see whether the endpoint works. */
  test(endpointId: string): Promise<WebhookDeliveryDto> {
    return this.toEnabled(endpointId, async (orgId) => {
      const statement = insertDelivery(orgId, endpointId, TEST_EVENT, { endpoint_id: endpointId });
      const [row] = await this.database.query<DeliveryRow>(statement);
      return row as DeliveryRow;
    });
  }

  replay(endpointId: string, id: string): Promise<WebhookDeliveryDto> {
    return this.toEnabled(endpointId, async (orgId) => {
      const [row] = await this.database.query<DeliveryRow>(replayOne(orgId, endpointId, id));
      if (!row) throw new Problem('not-found', 'There is no such delivery to this webhook endpoint.');
      return toldOf(row);
    });
  }

  replaySince(endpointId: string, { since, state }: ReplayDeliveriesDto): Promise<ReplayedDto> {
    return this.toEnabled(endpointId, async (orgId) => {
      const statement = replaySince(orgId, endpointId, since, state === 'all' ? null : 'failed');
      const [row] = await this.database.query<ReplayedDto>(statement);
      return row as ReplayedDto;
    });
  }

  /** Throws conflict for an endpoint that gets nothing. */
  private toEnabled<T>(endpointId: string, work: (orgId: string) => Promise<T>): Promise<T> {
    return this.database.transaction(async () => {
      const { enabled } = await this.endpoints.get(endpointId);
      if (!enabled) throw new Problem('conflict', 'The webhook endpoint is disabled; enable it first.');
      return work(currentTenant().orgId);
    });
  }
}
