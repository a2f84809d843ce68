import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { ReadQuery } from '../../connectors/contract/connector.types.ts';
import { lastChangeOfRecords } from '../../previews/preview.sql.ts';
import type { TenantDatabase } from '../../tenancy/tenant.database.ts';
import type { Run } from '../run.types.ts';

/** A destination is looked at as a whole, whatever part of the source is previewed. */
const WHOLE: ReadQuery = { mode: 'full', since: null, filters: {} };

/** Which of its parts a run says where it goes. */
export type Ends = Pick<Run, 'org_id' | 'source_connection_id' | 'entity_type'>;

/** Changes when the destination changes; null when it cannot be told cheaply. */
export async function destinationToken(
  database: TenantDatabase,
  run: Ends,
  other: OpenedConnection | null,
  signal: AbortSignal,
): Promise<string | null> {
  if (other) return other.session.changeToken(run.entity_type, WHOLE, signal);
  const [row] = await database.query<{ token: string }>(lastChangeOfRecords(run));
  return row?.token ?? 'never';
}
