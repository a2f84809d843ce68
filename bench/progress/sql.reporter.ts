import pg from 'pg';
import type { BenchSync, Reporter, SqlMode } from './load.types.ts';

const UPDATE = `
  UPDATE sync_progress SET processed_count = $1, failed_count = $2, current_item = $3, updated_at = now()
   WHERE org_id = $4 AND sync_id = $5 RETURNING *`;

/** Sends the same report as a transaction of plain SQL over one connection as the service's role; statements are prepared once. */
export async function openSqlReporter(
  { org_id, sync_id }: BenchSync,
  target: { readonly url: string; readonly mode: SqlMode },
): Promise<Reporter> {
  const client = new pg.Client({
    connectionString: target.url,
    pipeline: target.mode === 'pipelined',
  } as pg.ClientConfig);
  await client.connect();
  const begin = () => client.query('BEGIN');
  const setOrg = () => client.query({ name: 'set-org', text: 'SELECT app.set_org($1)', values: [org_id] });
  const update = (count: number) =>
    client.query<{ processed_count: number }>({
      name: 'update',
      text: UPDATE,
      values: [count, 0, count, org_id, sync_id],
    });
  const commit = () => client.query('COMMIT');

  const oneByOne = async (count: number) => {
    await begin();
    await setOrg();
    const { rows } = await update(count);
    return [rows[0], await commit()] as const;
  };
  const pipelined = async (count: number) => {
    const [, , { rows }, committed] = await Promise.all([begin(), setOrg(), update(count), commit()]);
    return [rows[0], committed] as const;
  };
  const transaction = target.mode === 'pipelined' ? pipelined : oneByOne;
  return {
    report: async (processedCount) => {
      const [row, { command }] = await transaction(processedCount);
      if (row?.processed_count !== processedCount || command !== 'COMMIT')
        throw new Error(`${sync_id}: report of ${processedCount} returned ${JSON.stringify(row)} and ${command}`);
    },
  };
}
