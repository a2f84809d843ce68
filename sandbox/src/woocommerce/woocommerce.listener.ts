import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { answerWithFault, send } from '../faults/fault.transport.ts';
import { type ControlParts, controlShop, isControlPath } from './control/shop.control.ts';
import type { RequestCounter } from './control/shop.counters.ts';
import { answerShop } from './control/shop.faults.ts';
import { parsePhpQuery } from './wordpress/php-query.codec.ts';
import type { DispatchedReply } from './wordpress/rest.dispatcher.ts';
import type { RawRequest } from './wordpress/rest.types.ts';

export interface ListenerParts extends ControlParts {
  dispatch: (request: RawRequest) => DispatchedReply;
  requests: RequestCounter;
  stopping: AbortSignal;
  /** The host loses the Authorization header. */
  stripAuthorization: boolean;
}

/** Joins HTTP, faults and shop. Faults strike in front of the shop, so a bad key meets them too. */
export function sandboxListener(parts: ListenerParts): RequestListener {
  const { faults, requests, stopping, stripAuthorization } = parts;
  return (request, response) => {
    const handle = async () => {
      const body = await text(request);
      const { method = 'GET', url = '/' } = request;
      if (isControlPath(url)) {
        const { remoteAddress } = request.socket;
        send(response, await controlShop(url, { method, body, remoteAddress }, parts));
        return;
      }
      if (stripAuthorization) delete request.headers.authorization;
      const raw = rawRequest(request, body);
      requests.count(method, raw.path);
      await answerWithFault(faults.next(url), {
        ...{ request, response, stopping },
        answer: (fault) => answerShop(fault, raw, parts),
      });
    };
    handle().catch((problem: unknown) => {
      // A client that left, or the sandbox stopping under a slow answer, is no news; anything else is a bug here.
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
