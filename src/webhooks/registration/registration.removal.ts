import { Injectable, Logger } from '@nestjs/common';
import { RemovalListeners } from '../../connectors/connections/connection.editor.ts';
import type { ConnectionRow } from '../../connectors/connections/connection.types.ts';
import { WebhookRegistration } from './webhook.registration.ts';

/** The request waits for it. */
const TIMEOUT_MS = 10_000;

/** Takes the webhooks out of the system of a connection that is being removed, if that answers in time. */
@Injectable()
export class RegistrationRemoval {
  private readonly logger = new Logger('Webhooks');

  constructor(
    listeners: RemovalListeners,
    private readonly registration: WebhookRegistration,
  ) {
    listeners.registerBefore((connection) => this.remove(connection));
  }

  /** What stays gets 404 from now on, for which a shop disables it. */
  private async remove(connection: ConnectionRow): Promise<void> {
    if (connection.webhooks_state === null) return;
    await this.registration
      .remove(connection, AbortSignal.timeout(TIMEOUT_MS))
      .catch((error: unknown) =>
        this.logger.warn(
          { err: error, connection_id: connection.id },
          'webhooks of a removed connection stay in its system',
        ),
      );
  }
}
