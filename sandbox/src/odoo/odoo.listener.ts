import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { controlFaults, FAULT_CONTROL_PATH } from '../faults/fault.control.ts';
import type { FaultPlan } from '../faults/fault.plan.ts';
import type { FaultRule } from '../faults/fault.rules.ts';
import { type ReadyResponse, respondWithFault, send } from '../faults/fault.transport.ts';
import { toPythonJson } from './orm/python.format.ts';
import { methodNotAllowed, notFound } from './rpc/error.pages.ts';
import { handleJson2 } from './rpc/json2.endpoint.ts';
import { handleJsonRpc } from './rpc/jsonrpc.endpoint.ts';
import type { RpcParts } from './rpc/rpc.service.ts';
import { versionOf } from './rpc/rpc.service.ts';

export interface ListenerParts {
  rpc: RpcParts;
  faults: FaultPlan;
  latencyMs: number;
  stopping: AbortSignal;
}

/** Connects HTTP, faults and the server. Network faults come first, so a request with a bad key meets them, too. */
export function sandboxListener({ rpc, faults, latencyMs, stopping }: ListenerParts): RequestListener {
  return (request, response) => {
    const handle = async () => {
      const body = await text(request);
      const { method = 'GET', url = '/' } = request;
      if (url === FAULT_CONTROL_PATH) {
        send(response, controlFaults(faults, { method, body, remoteAddress: request.socket.remoteAddress }));
        return;
      }
      if (latencyMs > 0) await delay(latencyMs, undefined, { signal: stopping });
      const execute = (fault: FaultRule | null) =>
        route({ ...rpc, keyExpired: fault?.kind === 'expired-key' }, request, body);
      // What a transaction makes has the time of its beginning, and nobody sees it before its end.
      const workOn = async (workMs: number) => {
        const startedAt = rpc.db.instant();
        await delay(workMs, undefined, { signal: stopping });
        route({ ...rpc, startedAt }, request, body);
      };
      await respondWithFault(faults.next(url), { request, response, execute, workOn, stopping });
    };
    handle().catch((problem: unknown) => {
      // Expected when the client has left or the sandbox stops during a slow response; anything else is a bug here.
      if (!request.socket.destroyed && !stopping.aborted) console.error(problem);
      response.destroy();
    });
  };
}

function route(rpc: RpcParts, { method = 'GET', url = '/', headers }: IncomingMessage, body: string): ReadyResponse {
  const path = url.split('?')[0] ?? '/';
  const { version } = rpc.db;
  if (path === '/jsonrpc') return method === 'POST' ? handleJsonRpc(rpc, body) : methodNotAllowed();
  if (version === 18) return notFound();
  if (path === '/json/2' || path.startsWith('/json/2/')) return handleJson2(rpc, { method, path, headers, body });
  if (path === '/web/version') {
    const result = { version_info: versionOf(version).server_version_info, version: versionOf(version).server_version };
    return { status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: toPythonJson(result) };
  }
  return notFound();
}
