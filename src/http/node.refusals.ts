import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ProblemName } from '../common/problem.catalogue.ts';
import { Problem } from '../common/problem.ts';
import { API_HEADERS } from './security.headers.ts';

/** What Node's parser refuses before there is a request, by the code of its error; any other is a request that it cannot read. */
const REFUSALS: Readonly<Record<string, [ProblemName, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'headers-too-large',
    'The address and the headers have more than 16 KiB. Is the token in Authorization too long?',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};

/** Answers on the bare socket, as a problem like any other, and closes it: what follows cannot be told from the rest of the request. */
export function refuseOnSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [name, detail] = REFUSALS[error.code ?? ''] ?? ['malformed-request', 'The request is not valid HTTP/1.1.'];
  const problem = new Problem(name, detail);
  const body = JSON.stringify(problem.body());
  const headers = {
    ...API_HEADERS,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    link: problem.link,
    date: new Date().toUTCString(),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
  socket.end([`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`, ...lines, '', body].join('\r\n'));
}
