import { Global, Module } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { ConnectionShares } from './connection.shares.ts';
import { OrganizationDirectory } from './organization.directory.ts';
import { OrganizationTurns } from './organization.turns.ts';
import { OrganizationsController } from './organizations.controller.ts';
import { OrganizationsService } from './organizations.service.ts';
import { DB_WAITING, TenantDatabase } from './tenant.database.ts';
import { WhoamiController } from './whoami.controller.ts';

@Global()
@Module({
  providers: [
    TenantDatabase,
    OrganizationTurns,
    {
      provide: ConnectionShares,
      inject: [ENVIRONMENT],
      useFactory: (env: Environment) =>
        new ConnectionShares({
          // A third: two organizations at their limit leave connections to all others.
          connections: env.SYNC_ORG_DB_CONNECTIONS ?? Math.ceil(env.SYNC_DB_POOL_SIZE / 3),
          waiting: env.SYNC_ORG_DB_WAITING,
        }),
    },
    { provide: DB_WAITING, inject: [ENVIRONMENT], useFactory: (env: Environment) => env.SYNC_DB_WAITING },
  ],
  exports: [TenantDatabase, OrganizationTurns, ConnectionShares],
})
export class TenancyModule {}

/** What a caller can ask about itself. */
@Module({
  controllers: [WhoamiController, OrganizationsController],
  providers: [OrganizationDirectory, OrganizationsService],
})
export class TenancyApiModule {}
