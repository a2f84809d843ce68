import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { changeDetails } from '../activity/change.details.ts';
import { Problem } from '../common/problem.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { Quotas } from '../quotas/quotas.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { failWaiting } from './delivery.sql.ts';
import type { CreatedWebhookEndpointDto, WebhookEndpointDto, WebhookEndpointListDto } from './dto/endpoint.dto.ts';
import type { ChangeWebhookEndpointDto, CreateWebhookEndpointDto, RotateSecretDto } from './dto/requests.dto.ts';
import { checkedAddress, originOf } from './endpoint.address.ts';
import { EndpointSecrets } from './endpoint.secrets.ts';
import {
  deleteEndpoint,
  type EndpointMembers,
  type EndpointRow,
  endpointsOf,
  findEndpoint,
  insertEndpoint,
  lockEndpoint,
  rotateSecret,
  updateEndpoint,
} from './endpoint.sql.ts';
import { newEndpointSecret } from './message.signature.ts';

/** Manages the endpoints of a tenant. A secret is returned encrypted: endpoint-secret.interceptor.ts. */
@Injectable()
export class WebhookEndpointsService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly secrets: EndpointSecrets,
    private readonly activity: ActivityService,
    private readonly quotas: Quotas,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  async create(body: CreateWebhookEndpointDto): Promise<CreatedWebhookEndpointDto> {
    const { orgId } = currentTenant();
    const { url, description = null, events, format = 'standard', enabled = true } = body;
    const members = this.checked({ url, description, events, format, enabled });
    await this.quotas.take('webhook_endpoints');
    const id = randomUUID();
    const secret = this.secrets.seal(newEndpointSecret(), orgId, id);
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<EndpointRow>(insertEndpoint(orgId, id, members, secret, currentUser()));
      await this.log('webhook_endpoint_created', row as EndpointRow, changeDetails(null, toldOf(row as EndpointRow)));
      return { ...(row as EndpointRow), secret: this.secrets.toText(secret) };
    });
  }

  async list(): Promise<WebhookEndpointListDto> {
    return { items: await this.database.read<EndpointRow>(endpointsOf(currentTenant().orgId)), next_cursor: null };
  }

  async get(id: string): Promise<WebhookEndpointDto> {
    const [row] = await this.database.read<EndpointRow>(findEndpoint(currentTenant().orgId, id));
    if (!row) throw noSuchEndpoint();
    return row;
  }

  change(id: string, body: ChangeWebhookEndpointDto): Promise<WebhookEndpointDto> {
    const { orgId } = currentTenant();
    const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
    return this.database.transaction(async (transaction) => {
      const [current] = await transaction.query<EndpointRow>(lockEndpoint(orgId, id));
      if (!current) throw noSuchEndpoint();
      const asked: EndpointMembers = { ...current, ...given };
      // Disabling works also when the operator has forbidden the address since.
      const isSame = body.url === undefined && body.format === undefined && body.events === undefined;
      const members = isSame ? asked : this.checked(asked);
      const [row] = await transaction.query<EndpointRow>(updateEndpoint(orgId, id, members));
      if (current.enabled && !members.enabled)
        await transaction.query(failWaiting(orgId, id, 'the endpoint was disabled'));
      const changes = changeDetails(
        toldOf(current),
        toldOf(row as EndpointRow),
        pathDiffers(current, members) ? ['url'] : [],
      );
      return this.log('webhook_endpoint_changed', row as EndpointRow, changes);
    });
  }

  rotate(id: string, { overlap_seconds = 86_400 }: RotateSecretDto): Promise<CreatedWebhookEndpointDto> {
    const { orgId } = currentTenant();
    const secret = this.secrets.seal(newEndpointSecret(), orgId, id);
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<EndpointRow>(rotateSecret(orgId, id, secret, overlap_seconds));
      if (!row) throw noSuchEndpoint();
      await this.log('webhook_endpoint_secret_rotated', row, changeDetails({}, {}, ['secret']));
      return { ...row, secret: this.secrets.toText(secret) };
    });
  }

  remove(id: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      const [row] = await transaction.query<EndpointRow>(deleteEndpoint(currentTenant().orgId, id));
      if (!row) throw noSuchEndpoint();
      await this.log('webhook_endpoint_removed', row, changeDetails(toldOf(row), null));
    });
  }

  private checked(members: EndpointMembers): EndpointMembers {
    const { SYNC_ALLOW_PRIVATE_ADDRESSES: isPrivateAllowed, SYNC_SMTP_URL: mail } = this.env;
    return { ...members, url: checkedAddress(members, { isPrivateAllowed, hasMail: mail !== undefined }) };
  }

  /** Writes the audit entry. The path of a receiver may be a secret, so the entry names its host only. */
  private async log(activity_type: string, row: EndpointRow, changes: object): Promise<EndpointRow> {
    const { id, url, events, format, enabled } = row;
    await this.activity.append({
      ...{ activity_type, status: 'completed' },
      details: { endpoint_id: id, origin: originOf(url), events, format, enabled, ...changes },
    });
    return row;
  }
}

/** What an audit entry says of an endpoint. */
const toldOf = ({ url, description, events, format, enabled }: EndpointMembers) => ({
  ...{ origin: originOf(url), description, events, format, enabled },
});

/** That it changed is told, and not what it is. */
const pathDiffers = (one: EndpointMembers, other: EndpointMembers): boolean =>
  one.url !== other.url && originOf(one.url) === originOf(other.url);

const noSuchEndpoint = (): Problem =>
  new Problem('not-found', 'There is no such webhook endpoint in your organization.');
