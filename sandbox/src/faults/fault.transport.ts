import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule } from './fault.rules.ts';
import { withBadRow } from './row.faults.ts';

/** A response that is ready to be sent. */
export interface ReadyResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * One HTTP exchange. `execute` executes the request, so the fault decides whether it is called at all. It receives the faults
 * that the system itself imitates, else null.
 */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  execute: (fault: FaultRule | null) => ReadyResponse | Promise<ReadyResponse>;
  /** Executes the request for a client that has left, in the time that the system takes. */
  workOn: (workMs: number) => Promise<void>;
  /** Aborted when the sandbox stops: ends a slow response early. */
  stopping: AbortSignal;
}

/** Responds with the fault, or normally when there is none. */
export async function respondWithFault(fault: FaultRule | null, exchange: Exchange): Promise<void> {
  const { request, response, execute, workOn, stopping } = exchange;
  switch (fault?.kind) {
    case 'too-many-requests':
      send(response, tooManyRequests(fault.retryAfter ?? 1));
      return;
    case 'server-error':
      send(response, CRITICAL_ERROR);
      return;
    case 'dropped':
      request.socket.destroy();
      return;
    case 'response-lost':
      await execute(null);
      request.socket.destroy();
      return;
    case 'abandoned': {
      const left = delay(fault.ms ?? 1000, undefined, { signal: stopping }).then(() => request.socket.destroy());
      await Promise.all([left, workOn(fault.workMs ?? 1000)]);
      return;
    }
    case 'truncated':
      sendHalf(response, await execute(null));
      return;
    case 'slow':
      await delay(fault.ms ?? 1000, undefined, { signal: stopping });
      send(response, await execute(null));
      return;
    case 'bad-row':
      send(response, withBadRow(await execute(null), fault));
      return;
    default:
      send(response, await execute(fault));
  }
}

/** Sends a complete response. */
export function send(response: ServerResponse, { status, headers, body }: ReadyResponse): void {
  response.writeHead(status, headers).end(body === '' ? undefined : body);
}

/** Announces the whole length, sends half of it and hangs up, like a proxy that loses its upstream. */
function sendHalf(response: ServerResponse, { status, headers, body }: ReadyResponse): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'Content-Length': String(bytes.length) });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

/** As hosting providers send it in front of a shop: not JSON. */
function tooManyRequests(retryAfter: number): ReadyResponse {
  return {
    status: 429,
    headers: { 'Content-Type': 'text/html', 'Retry-After': String(retryAfter) },
    body: '<html><head><title>429 Too Many Requests</title></head><body><h1>429 Too Many Requests</h1></body></html>',
  };
}

/** As WordPress responds when a plugin crashes. */
const CRITICAL_ERROR: ReadyResponse = {
  status: 500,
  headers: { 'Content-Type': 'application/json; charset=UTF-8' },
  body: JSON.stringify({
    code: 'internal_server_error',
    message: '<p>There has been a critical error on this website.</p>',
    data: { status: 500 },
    additional_errors: [],
  }),
};
