import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectorError } from '../../../src/connectors/contract/connector.error.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import type { ConnectionAccess, HttpOptions } from '../../../src/connectors/http/http.options.ts';
import type { HttpClient, HttpRequest } from '../../../src/connectors/http/http.types.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** A real server on 127.0.0.1 for the tests of this folder. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  /** Requests that have arrived so far. */
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** `nth` counts the requests from 1. */
export async function startServer(handler: Handler): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response, requests.length);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((done) => server.close(() => done()));
  };
  return { url: `http://127.0.0.1:${port}`, port, requests, close };
}

/** Responds with JSON unless the headers say otherwise. */
export function respond(
  response: ServerResponse,
  status: number,
  body = '{}',
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
}

/** Waits short enough for tests. */
const QUICK: Partial<HttpOptions> = { baseWaitMs: 2, maxBackoffMs: 4, maxAttempts: 3, random: () => 0 };

/** Servers and clients that are closed together after each test. */
export class Bench {
  readonly #open: { close(): Promise<void> }[] = [];

  async server(handler: Handler): Promise<TestServer> {
    const server = await startServer(handler);
    this.#open.push(server);
    return server;
  }

  clients(options: Partial<HttpOptions> = {}): HttpClients {
    const clients = new HttpClients({ ...QUICK, ...options });
    this.#open.push(clients);
    return clients;
  }

  client(options: Partial<HttpOptions> = {}, access: Partial<ConnectionAccess> = {}): HttpClient {
    return this.clients(options).for('connection', { allowHttp: true, allowPrivateAddresses: true, ...access });
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((each) => each.close()));
  }
}

export function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, idempotent: true, signal: new AbortController().signal, ...more };
}

export function post(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return get(url, { method: 'POST', body: '{}', idempotent: false, ...more });
}

/** The ConnectorError a promise ends with; whatever else it ends with is thrown. */
export async function errorOf(promise: Promise<unknown>): Promise<ConnectorError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
