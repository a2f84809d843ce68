import { Inject, Injectable } from '@nestjs/common';
import type { Page } from '../../common/cursor.ts';
import { CONNECTOR_LIST, connectorFor } from '../connector.registry.ts';
import type { Connector } from '../contract/connector.types.ts';
import type { ConnectionRow } from './connection.types.ts';
import type { ConnectionDto, ConnectionPageDto, CreatedConnectionDto } from './dto/connection.dto.ts';
import { refusalsOf, refusalWarning } from './webhook.refusals.ts';
import { managedOf, registrationWarnings } from './webhook.registrations.ts';

/** Connections as the API returns them. */
@Injectable()
export class ConnectionPresenter {
  constructor(@Inject(CONNECTOR_LIST) private readonly connectors: readonly Connector[]) {}

  one(row: ConnectionRow): ConnectionDto {
    const {
      webhooks_refused,
      webhook_refused_at,
      webhook_refused_as,
      webhooks_state,
      webhooks_due_at,
      access_revision,
      system_id,
      forgets_records,
      settings,
      warnings,
      ...rest
    } = row;
    const sendsWebhooks = connectorFor(row.system, this.connectors)?.description.webhooks !== undefined;
    return {
      ...rest,
      settings: { ...settings },
      warnings: [...warnings, ...(sendsWebhooks ? refusalWarning(row) : []), ...registrationWarnings(row)],
      webhook_url: sendsWebhooks ? `/api/sync/hooks/${row.id}` : null,
      webhooks: sendsWebhooks ? { ...refusalsOf(row), managed: managedOf(row) } : null,
    };
  }

  created(created: { connection: ConnectionRow; webhookSecret: string | null }): CreatedConnectionDto {
    return { ...this.one(created.connection), webhook_secret: created.webhookSecret };
  }

  page({ items, next_cursor }: Page<ConnectionRow>): ConnectionPageDto {
    return { items: items.map((row) => this.one(row)), next_cursor };
  }
}
