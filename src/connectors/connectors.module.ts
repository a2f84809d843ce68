import { type BeforeApplicationShutdown, Inject, Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { CatalogueController } from './catalogue/catalogue.controller.ts';
import { CatalogueService } from './catalogue/catalogue.service.ts';
import { ConnectionChecker } from './connections/connection.checker.ts';
import { ConnectionController } from './connections/connection.controller.ts';
import { ConnectionEditor, RemovalListeners } from './connections/connection.editor.ts';
import { ConnectionPresenter } from './connections/connection.presenter.ts';
import { ConnectionSecrets } from './connections/connection.secrets.ts';
import { ConnectionService } from './connections/connection.service.ts';
import { WebhookSecretInterceptor } from './connections/webhook-secret.interceptor.ts';
import { CONNECTOR_LIST, CONNECTORS } from './connector.registry.ts';
import { CredentialCipher } from './credentials/credential.encryption.ts';
import { HttpClients } from './http/http.clients.ts';
import { SystemBinder } from './systems/system.binder.ts';
import { SystemChange } from './systems/system.change.ts';
import { SystemLeavers } from './systems/system.leavers.ts';

/** What a worker needs to open connections. */
@Module({
  providers: [
    // A copy, so that a test can add a system to its own service only.
    { provide: CONNECTOR_LIST, useFactory: () => [...CONNECTORS] },
    { provide: HttpClients, useFactory: () => new HttpClients() },
    {
      provide: CredentialCipher,
      inject: [ENVIRONMENT],
      useFactory: ({ SYNC_ENCRYPTION_KEYS = [] }: Environment) => new CredentialCipher(SYNC_ENCRYPTION_KEYS),
    },
    ConnectionSecrets,
    ConnectionService,
    RemovalListeners,
    SystemBinder,
    SystemLeavers,
  ],
  exports: [
    CONNECTOR_LIST,
    ConnectionSecrets,
    ConnectionService,
    CredentialCipher,
    HttpClients,
    RemovalListeners,
    SystemBinder,
    SystemLeavers,
  ],
})
export class ConnectorsModule implements BeforeApplicationShutdown {
  constructor(@Inject(HttpClients) private readonly clients: HttpClients) {}

  /** Runs after the workers have drained and before the server waits for open requests, so that a check ends at once. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.clients.close();
  }
}

/** The API for connections and the catalogue. */
@Module({
  imports: [ConnectorsModule, ActivityModule],
  controllers: [CatalogueController, ConnectionController],
  providers: [
    CatalogueService,
    ConnectionChecker,
    ConnectionEditor,
    ConnectionPresenter,
    SystemChange,
    WebhookSecretInterceptor,
  ],
})
export class ConnectorsApiModule {}
