import {
  type ControlRequest,
  controlFaults,
  FAULT_CONTROL_PATH,
  isLoopback,
  jsonResponse,
  NOT_LOOPBACK,
} from '../../faults/fault.control.ts';
import type { FaultPlan } from '../../faults/fault.plan.ts';
import type { ReadyResponse } from '../../faults/fault.transport.ts';
import type { WebhookDispatcher } from '../webhooks/webhook.dispatcher.ts';
import { RestError } from '../wordpress/rest.error.ts';
import type { ShopAdmin } from './shop.admin.ts';
import type { ShopState } from './shop.state.ts';

const CONTROL_PREFIX = '/__sandbox/';
const LISTS = ['customers', 'products', 'variations', 'orders'] as const;

export interface ControlParts {
  faults: FaultPlan;
  admin: ShopAdmin;
  state: () => ShopState;
  resetCounters: () => void;
  webhooks: WebhookDispatcher;
}

export function isControlPath(url: string): boolean {
  return url.startsWith(CONTROL_PREFIX);
}

/**
 * Controls a running shop from another process of this machine:
 * - POST /__sandbox/faults: a list of fault rules
 * - GET /__sandbox/state: counts; GET /__sandbox/state/customers (products, variations, orders): all of them
 * - POST /__sandbox/admin/updateCustomer: the arguments of that function of ShopAdmin as a list, `[7, {"first_name": "A"}]`
 * - POST /__sandbox/webhooks: DeliveryFaults; POST /__sandbox/settled: responds when all webhooks are delivered
 * - POST /__sandbox/reset: resets the counters
 */
export async function controlShop(url: string, request: ControlRequest, parts: ControlParts): Promise<ReadyResponse> {
  if (url === FAULT_CONTROL_PATH) return controlFaults(parts.faults, request);
  if (!isLoopback(request.remoteAddress)) return NOT_LOOPBACK;
  const [what = '', name = ''] = url.slice(CONTROL_PREFIX.length).split('/');
  try {
    switch (what) {
      case 'state':
        return jsonResponse(200, readList(parts.state(), name));
      case 'admin':
        return jsonResponse(200, administer(parts.admin, name, JSON.parse(request.body)));
      case 'webhooks':
        parts.webhooks.setFaults(JSON.parse(request.body));
        return jsonResponse(200, {});
      case 'settled':
        await parts.webhooks.settled();
        return jsonResponse(200, {});
      case 'reset':
        parts.resetCounters();
        return jsonResponse(200, {});
      default:
        return jsonResponse(404, {
          message: 'Not found. The control paths are faults, state, admin, webhooks, settled and reset.',
        });
    }
  } catch (problem) {
    if (problem instanceof RestError) return jsonResponse(problem.status, problem.body());
    return jsonResponse(400, { message: problem instanceof Error ? problem.message : String(problem) });
  }
}

function readList(state: ShopState, name: string): unknown {
  const list = LISTS.find((known) => known === name);
  const { counts, requests, writes } = state;
  return list ? state[list]() : { counts, requests, writes };
}

function administer(admin: ShopAdmin, name: string, args: unknown): object {
  if (!Object.hasOwn(admin, name))
    throw new TypeError(`Unknown function. The functions are ${Object.keys(admin).join(', ')}.`);
  if (!Array.isArray(args)) throw new TypeError('Send the arguments as a list.');
  return (admin[name as keyof ShopAdmin] as (...args: unknown[]) => object)(...args);
}
