import type { IncomingMessage, RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { controlFaults, FAULT_CONTROL_PATH } from '../faults/fault.control.ts';
import type { FaultPlan } from '../faults/fault.plan.ts';
import { answerWithFault, send } from '../faults/fault.transport.ts';
import { parsePhpQuery } from './wordpress/php-query.codec.ts';
import type { DispatchedReply } from './wordpress/rest.dispatcher.ts';
import type { RawRequest } from './wordpress/rest.types.ts';

export interface ListenerParts {
  dispatch: (request: RawRequest) => DispatchedReply;
  faults: FaultPlan;
  stopping: AbortSignal;
}

/** Joins HTTP, faults and shop. Faults strike in front of the shop, so a bad key meets them too. */
export function sandboxListener({ dispatch, faults, stopping }: ListenerParts): RequestListener {
  return (request, response) => {
    const handle = async () => {
      const body = await text(request);
      const { method = 'GET', url = '/' } = request;
      if (url === FAULT_CONTROL_PATH) {
        send(response, controlFaults(faults, { method, body, remoteAddress: request.socket.remoteAddress }));
        return;
      }
      const answer = () => dispatch(rawRequest(request, body));
      await answerWithFault(faults.next(url), { request, response, answer, stopping });
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
