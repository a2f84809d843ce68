import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRule } from './fault.rules.ts';

/** An answer that is ready to be sent. */
export interface ReadyAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * One exchange. `answer` carries the request out, so a fault decides whether it is called at all; it is given the faults that
 * are the system's own to imitate, else null.
 */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  answer: (fault: FaultRule | null) => ReadyAnswer | Promise<ReadyAnswer>;
  /** Aborted when the sandbox stops: ends a slow answer early. */
  stopping: AbortSignal;
}

/** Answers an exchange with its fault, or properly when there is none. */
export async function answerWithFault(fault: FaultRule | null, exchange: Exchange): Promise<void> {
  const { request, response, answer, stopping } = exchange;
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
    case 'answer-lost':
      await answer(null);
      request.socket.destroy();
      return;
    case 'truncated':
      sendHalf(response, await answer(null));
      return;
    case 'slow':
      await delay(fault.ms ?? 1000, undefined, { signal: stopping });
      send(response, await answer(null));
      return;
    default:
      send(response, await answer(fault));
  }
}

/** Sends an answer whole. */
export function send(response: ServerResponse, { status, headers, body }: ReadyAnswer): void {
  response.writeHead(status, headers).end(body === '' ? undefined : body);
}

/** Promises the whole length, sends half of it and hangs up: a proxy that loses its upstream looks like this. */
function sendHalf(response: ServerResponse, { status, headers, body }: ReadyAnswer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'Content-Length': String(bytes.length) });
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
}

/** As hosts answer it in front of the shop: not JSON. */
function tooManyRequests(retryAfter: number): ReadyAnswer {
  return {
    status: 429,
    headers: { 'Content-Type': 'text/html', 'Retry-After': String(retryAfter) },
    body: '<html><head><title>429 Too Many Requests</title></head><body><h1>429 Too Many Requests</h1></body></html>',
  };
}

/** As WordPress answers when a plugin dies. */
const CRITICAL_ERROR: ReadyAnswer = {
  status: 500,
  headers: { 'Content-Type': 'application/json; charset=UTF-8' },
  body: JSON.stringify({
    code: 'internal_server_error',
    message: '<p>There has been a critical error on this website.</p>',
    data: { status: 500 },
    additional_errors: [],
  }),
};
