/**
 * Writes the schema of this version with a little data beside this file: `npm run release:record`, once a release. A released file is
 * never changed: test/database/released.test.ts migrates each of them forward.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { FIXTURES, insertStatement } from '../../tenancy/rls.fixtures.ts';
import { formatRelease, recordMigrate, withValues } from './recorder.ts';

/** Two rows of each of two organizations in every tenant table, and one in each of the others. */
function rows(): string[] {
  const tenantRows = Object.entries(FIXTURES).flatMap(([table, fixture]) =>
    ['org-1', 'org-2'].flatMap((org) =>
      (['live', 'stale'] as const).map((state) => insertStatement(table, fixture.row(org, state, state))),
    ),
  );
  return [
    ...tenantRows.map(({ text, values }) => withValues(text, values)),
    `INSERT INTO app.scheduled_tasks (name) VALUES ('activity-partitions')`,
    `INSERT INTO pgboss.job (name, data) VALUES ('sync-runs', '{"org_id": "org-1", "sync_id": "live"}')`,
  ];
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
const file = new URL(`${version}.sql`, import.meta.url);
const dataDir = path.join(tmpdir(), `sync-operations-release-${randomUUID()}`);
const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
try {
  const release = { ...(await recordMigrate(server.ownerUrl)), rows: rows() };
  writeFileSync(file, `${formatRelease(release)}\n`);
  console.log(
    `${release.migrations.length + release.sqlFiles.length} statements and ${release.rows.length} rows in ${file.pathname}`,
  );
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
