import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule } from '../../faults/fault.rules.ts';
import { readBody } from '../wordpress/request-body.reader.ts';
import type { DispatchedResponse } from '../wordpress/rest.dispatcher.ts';
import type { RawRequest } from '../wordpress/rest.types.ts';
import type { ShopAdmin } from './shop.admin.ts';

type Dispatch = (request: RawRequest) => DispatchedResponse;

/** Executes a request with a fault that only a shop can have, or without one. */
export function executeWithFault(
  fault: FaultRule | null,
  request: RawRequest,
  { dispatch, admin }: { dispatch: Dispatch; admin: ShopAdmin },
): DispatchedResponse {
  switch (fault?.kind) {
    case 'expired-key': // a revoked key is an unknown key, so the request is anonymous (recording 10)
      return dispatch({ ...request, as: 'nobody' });
    case 'item-errors':
      return dispatch({ ...request, batch: { failEvery: fault.items ?? 2 } });
    case 'too-large':
      return dispatch({ ...request, batch: { limit: fault.items ?? 50 } });
    case 'duplicated': {
      const repeated = rowsBefore(request, dispatch).slice(-(fault.rows ?? 1));
      const reply = dispatch(request);
      if (reply.status !== 200 || repeated.length === 0) return reply;
      return { ...reply, body: JSON.stringify([...repeated, ...JSON.parse(reply.body)]) };
    }
    case 'capped':
      return capped(dispatch(request), fault.rows ?? 1);
    case 'endless':
      return promisingMore(dispatch(request), '[]');
    case 'stuck': {
      const { page, offset, ...query } = request.query;
      return promisingMore(dispatch({ ...request, query, as: 'manager' }));
    }
    case 'shifting':
      for (const { id } of rowsBefore(request, dispatch).slice(0, fault.rows ?? 1)) {
        shift(request.path, Number(id), fault.action === 'delete', admin);
      }
      return dispatch(request);
    default:
      return dispatch(request);
  }
}

interface Work {
  readonly workMs: number;
  readonly dispatch: Dispatch;
  readonly stopping: AbortSignal;
}

/** Item by item, so that a batch whose client has left is there in part meanwhile (recordings 800 to 802). */
export async function workThrough(request: RawRequest, { workMs, dispatch, stopping }: Work): Promise<void> {
  let as = request.as;
  for (const part of itemByItem(request)) {
    await delay(workMs, undefined, { signal: stopping });
    // The credentials are checked once for all items.
    if (dispatch({ ...part, ...(as && { as }) }).status === 401) return;
    as = 'manager';
  }
}

function itemByItem(request: RawRequest): RawRequest[] {
  if (!request.path.endsWith('/batch')) return [request];
  return Object.entries(readBody(request) ?? {}).flatMap(([action, items]) =>
    (Array.isArray(items) ? items : []).map((item) => ({ ...request, body: JSON.stringify({ [action]: [item] }) })),
  );
}

/** As a plugin does that spares the database. Any other response stays as it is. */
function capped(reply: DispatchedResponse, rows: number): DispatchedResponse {
  if (!('X-WP-Total' in reply.headers)) return reply;
  return { ...reply, body: JSON.stringify(JSON.parse(reply.body).slice(0, rows)) };
}

/** A list whose total is out of reach. Any other response stays as it is. */
function promisingMore(reply: DispatchedResponse, body = reply.body): DispatchedResponse {
  if (!('X-WP-Total' in reply.headers)) return reply;
  return { ...reply, body, headers: { ...reply.headers, 'X-WP-Total': '999999999999999' } };
}

/** The rows of the previous page as the shop would return them now; empty for a first page or a request that lists nothing. */
function rowsBefore(request: RawRequest, dispatch: Dispatch): Record<string, unknown>[] {
  const { page, offset, per_page, _fields, ...query } = request.query;
  const size = Number(per_page ?? 10);
  const skipped = Number(offset ?? 0) || (Number(page ?? 1) - 1) * size;
  if (request.method !== 'GET' || !(skipped > 0)) return [];
  const before = { ...query, per_page: String(size), offset: String(Math.max(0, skipped - size)) };
  const reply = dispatch({ ...request, query: before, as: 'manager' });
  const rows: unknown = reply.status === 200 ? JSON.parse(reply.body) : [];
  return Array.isArray(rows) ? rows : [];
}

/** Changes a visible field, so that a test notices a missed change, or deletes: an order or product goes into the trash. */
function shift(path: string, id: number, remove: boolean, admin: ShopAdmin): void {
  const note = `moved ${id}`;
  if (path.endsWith('/customers')) {
    if (remove) admin.deleteCustomer(id);
    else admin.updateCustomer(id, { billing: { company: note } });
  } else if (path.endsWith('/products')) {
    if (remove) admin.trashProduct(id);
    else admin.updateProduct(id, { short_description: note });
  } else if (path.endsWith('/orders')) {
    if (remove) admin.trashOrder(id);
    else admin.updateOrder(id, { customer_note: note });
  }
}
