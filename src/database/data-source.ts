import 'reflect-metadata';
import { DataSource, type Logger } from 'typeorm';
import { migrations } from '../../migrations/index.ts';

/** TypeORM runs the migrations and nothing else: its transactions await every statement, one round trip each. */
export function migrationDataSource(ownerUrl: string, logger?: Logger): DataSource {
  return new DataSource({
    type: 'postgres',
    url: ownerUrl,
    applicationName: 'sync-operations-migrate',
    migrations,
    migrationsTableName: 'sync_migrations',
    logging: logger !== undefined,
    logger,
  });
}
