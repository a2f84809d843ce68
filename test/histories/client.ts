import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Answer, Call, Operation } from './operation.ts';

/** Makes one call on one sync. Null: nobody knows whether it took effect. */
export type Client = (sync: string, call: Call) => Promise<Answer | null>;

/** How long a client waits for an answer. */
const PATIENCE_MS = 12_000;
/** Sent again with the same Idempotency-Key until it is answered, as the key is there for. */
const REPEATED = 40;

interface Row {
  readonly processed_count: number;
  readonly failed_count: number;
  readonly status: string;
}

const seen = ({ processed_count, failed_count, status }: Row): Answer => ({
  ...{ is: 'row', processed: Number(processed_count), failed: Number(failed_count), status },
});

const REFUSALS: Readonly<Record<string, Answer>> = {
  'not-found': { is: 'missing' },
  'sync-ended': { is: 'ended' },
  'counts-backwards': { is: 'backwards' },
  'counts-above-total': { is: 'above-total' },
};

/** Over REST. `url` is asked for before each request, since replicas come and go. */
export function restClient(url: () => string, authorization: string): Client {
  const send = async (method: string, path: string, body?: object, key?: string): Promise<Answer | null> => {
    try {
      const response = await fetch(`${url()}/api/sync/progress${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await response.json();
      if (response.ok) return seen(text);
      const refusal = REFUSALS[String(text.type).split(/[/#:]/).at(-1) ?? ''];
      if (refusal) return refusal;
      if (response.status === 503) return null;
      throw new Unexpected(`${method} ${path} got ${response.status} ${JSON.stringify(text)}`);
    } catch (error) {
      if (error instanceof Unexpected) throw error;
      return null;
    }
  };
  const sendUntilAnswered = async (path: string, body: object): Promise<Answer | null> => {
    const key = randomUUID();
    for (let attempt = 0; attempt < REPEATED; attempt += 1) {
      const answer = await send('POST', path, body, key);
      if (answer) return answer;
    }
    return null;
  };
  return (sync, call) => {
    if (call.kind === 'start')
      return sendUntilAnswered('', {
        ...{ sync_id: sync, entity_type: 'customer', source_system: 'shop', total_items: call.total },
      });
    if (call.kind === 'fail') return sendUntilAnswered(`/${sync}/fail`, { error_message: 'given up' });
    if (call.kind === 'read') return send('GET', `/${sync}`);
    return send('PATCH', `/${sync}`, { processed_count: call.processed, failed_count: call.failed });
  };
}

class Unexpected extends Error {}

/** By plain SQL, with the statements of the guide. */
export function sqlClient(databaseUrl: string, orgId: string): Client {
  const COLUMNS = 'processed_count, failed_count, status';
  const statements = (sync: string, call: Call): readonly [text: string, values: unknown[]] => {
    if (call.kind === 'start')
      return [
        `INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system, total_items, initiated_by, status)
         VALUES ($1, $2, 'customer', 'shop', $3, 'user-1', 'running')
         ON CONFLICT (org_id, sync_id) DO UPDATE SET sync_id = EXCLUDED.sync_id RETURNING ${COLUMNS}`,
        [orgId, sync, call.total],
      ];
    if (call.kind === 'set')
      return [
        `UPDATE public.sync_progress SET processed_count = $3, failed_count = $4, current_item = $5, updated_at = now()
          WHERE org_id = $1 AND sync_id = $2 RETURNING ${COLUMNS}`,
        [orgId, sync, call.processed, call.failed, call.processed + call.failed],
      ];
    return [`SELECT ${COLUMNS} FROM public.sync_progress WHERE org_id = $1 AND sync_id = $2`, [orgId, sync]];
  };
  return async (sync, call) => {
    const client = new pg.Client({ connectionString: databaseUrl, query_timeout: PATIENCE_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('BEGIN');
      await client.query('SELECT app.set_org($1)', [orgId]);
      const [row] = (await client.query<Row>(...statements(sync, call))).rows;
      await client.query('COMMIT');
      return row ? seen(row) : { is: 'missing' };
    } catch (error) {
      const { code, constraint } = error as pg.DatabaseError;
      if (code === 'SY001') return { is: 'ended' };
      if (constraint === 'sync_progress_counts_within_total') return { is: 'above-total' };
      // A lost connection, before or after the COMMIT; anything else is a fault.
      if (code === undefined || /^(08|57|25P|53|ECONN|EPIPE|ETIMEDOUT)/.test(code)) return null;
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}

/** Makes the call and writes down when it was made and answered. */
export async function recorded(name: string, client: Client, sync: string, call: Call): Promise<Operation> {
  const invoked = performance.now();
  const answer = await client(sync, call);
  const returned = answer ? performance.now() : Number.POSITIVE_INFINITY;
  return { client: name, sync, call, invoked, returned, answer };
}
