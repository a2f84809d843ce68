import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { ReadQuery } from '../../connectors/contract/connector.types.ts';
import type { Statement } from '../../database/database.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Run } from '../run.types.ts';

/** The change token of a destination covers all of its items, even when the preview is filtered. */
const WHOLE: ReadQuery = { mode: 'full', since: null, filters: {} };

type SourceOfRun = Pick<Run, 'org_id' | 'source_connection_id' | 'entity_type'>;

/** The last run that changed records of the connection and entity type, with its counts so far. */
const lastChangeOfRecords = ({ org_id, source_connection_id, entity_type }: SourceOfRun): Statement => ({
  text: `
    SELECT sync_id || ' ' || counts::text AS token FROM public.sync_runs
     WHERE org_id = $1 AND source_connection_id = $2 AND entity_type = $3 AND kind <> 'preview'
       AND counts ?| ARRAY['created', 'updated', 'deleted']
     ORDER BY created_at DESC, sync_id DESC LIMIT 1`,
  values: [org_id, source_connection_id, entity_type],
});

/** A value that changes when the destination changes. Null when the system has no cheap way to compute one. */
export async function destinationToken(
  database: TenantDatabase,
  run: SourceOfRun,
  other: OpenedConnection | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (other) return other.session.changeToken(run.entity_type, WHOLE, signal);
  const [row] = await database.query<{ token: string }>(lastChangeOfRecords(run));
  return row?.token ?? 'never';
}
