import type { IncomingMessage, RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { respondWithFault, send } from '../faults/fault.transport.ts';
import { type ControlParts, controlShop, isControlPath } from './control/shop.control.ts';
import type { RequestCounter } from './control/shop.counters.ts';
import { executeWithFault, workThrough } from './control/shop.faults.ts';
import { parsePhpQuery } from './wordpress/php-query.codec.ts';
import type { DispatchedResponse } from './wordpress/rest.dispatcher.ts';
import type { RawRequest } from './wordpress/rest.types.ts';

export interface ListenerParts extends ControlParts {
  dispatch: (request: RawRequest) => DispatchedResponse;
  requests: RequestCounter;
  stopping: AbortSignal;
  /** The host loses the Authorization header. */
  stripAuthorization: boolean;
}

/** Connects HTTP, faults and the shop. Faults come before the shop, so a request with a bad key meets them, too. */
export function sandboxListener(parts: ListenerParts): RequestListener {
  const { faults, requests, stopping, stripAuthorization } = parts;
  return (request, response) => {
    const handle = async () => {
      const body = (await buffer(request)).toString(); // with a byte order mark, which the shop refuses (recording 637)
      const { method = 'GET', url = '/' } = request;
      if (isControlPath(url)) {
        const { remoteAddress } = request.socket;
        send(response, await controlShop(url, { method, body, remoteAddress }, parts));
        return;
      }
      if (stripAuthorization) delete request.headers.authorization;
      const raw = rawRequest(request, body);
      requests.count(method, raw.path);
      await respondWithFault(faults.next(url), {
        ...{ request, response, stopping },
        execute: (fault) => executeWithFault(fault, raw, parts),
        workOn: (workMs) => workThrough(raw, { workMs, stopping, dispatch: parts.dispatch }),
      });
    };
    handle().catch((problem: unknown) => {
      // Expected when the client has left or the sandbox stops during a slow response; anything else is a bug here.
      if (!request.socket.destroyed && !stopping.aborted) console.error(problem);
      response.destroy();
    });
  };
}

function rawRequest({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): RawRequest {
  const cut = url.indexOf('?');
  const path = cut < 0 ? url : url.slice(0, cut);
  return { method, path, query: parsePhpQuery(cut < 0 ? '' : url.slice(cut + 1)), headers, body };
}
