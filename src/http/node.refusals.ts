import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ProblemName } from '../common/problem.catalogue.ts';
import { Problem } from '../common/problem.ts';
import { API_HEADERS } from './security.headers.ts';
import { closeGently } from './unread.body.ts';

/** Node's own property: the response that the connection is at. */
type ServedSocket = Socket & { readonly _httpMessage?: ServerResponse | null };

/** What Node's parser refuses before there is a request, by the code of its error; any other is a request that it cannot read. */
const REFUSALS: Readonly<Record<string, [ProblemName, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'headers-too-large',
    'The address and the headers have more than 16 KiB. Maybe the token in Authorization is too long.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time.'],
};

/** For Fastify's `clientErrorHandler`: answers on the bare socket, as a problem like any other, and closes the connection. */
export function refuseOnSocket(error: NodeJS.ErrnoException, socket: ServedSocket): void {
  // A response that has begun cannot become another one.
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  const [name, detail] = REFUSALS[error.code ?? ''] ?? ['malformed-request', 'The request is not valid HTTP/1.1.'];
  const { status, headers, body } = parts(new Problem(name, detail));
  const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}`);
  closeGently(socket, [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
}

/** What Node would refuse with an empty response: an `Expect` that it does not know. */
export function refuseExpectations(server: Server): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const refusal = new Problem('request-refused', 'Expect may be 100-continue and nothing else.', { status: 417 });
    const { status, headers, body } = parts(refusal);
    response.writeHead(status, headers).end(body);
  });
}

function parts(problem: Problem) {
  const body = JSON.stringify(problem.body());
  const headers = {
    ...API_HEADERS,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    link: problem.link,
    date: new Date().toUTCString(),
    connection: 'close',
  };
  return { status: problem.status, headers, body };
}
