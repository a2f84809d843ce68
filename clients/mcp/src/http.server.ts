import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createSyncClient } from '@sync-operations/client';
import { RequestSlots } from './request.slots.ts';
import { createMcpServer } from './server.ts';

export interface McpHttpOptions {
  /** Where the service is. */
  readonly serviceUrl: string;
  readonly allowSteering?: boolean;
}

/** A call names a tool and some words. */
const MAX_BODY_BYTES = 64 * 1024;
const REQUEST_MS = 30_000;
/** Open ones, most of which ask nothing. */
const MAX_CONNECTIONS = 512;

/**
 * MCP over streamable HTTP at `/mcp`, without sessions: each request carries the caller's own key (`X-Api-Key` or `Authorization`, and
 * `X-Org-Id` with a key of all organizations), which is all that it can do. It holds no key itself. A browser's page cannot use it: requests
 * with an Origin are refused.
 */
export function createMcpHttpServer(options: McpHttpOptions): Server {
  const slots = new RequestSlots();
  const server = createServer((request, response) => {
    serve(options, slots, request, response).catch(() => {
      if (!response.headersSent) refuse(response, 500, 'The request failed on our side.');
      else response.destroy();
    });
  });
  server.requestTimeout = REQUEST_MS;
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

async function serve(
  options: McpHttpOptions,
  slots: RequestSlots,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url?.split('?')[0] !== '/mcp') return refuse(response, 404, 'MCP is at /mcp.');
  if (request.headers.origin !== undefined) return refuse(response, 403, 'Pages of a browser are not served.');
  if (request.method !== 'POST') return refuse(response, 405, 'Send POST: there are no sessions.');
  const { authorization, 'x-api-key': apiKey, 'x-org-id': orgId } = request.headers;
  const token = /^bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined && typeof apiKey !== 'string')
    return refuse(response, 401, 'Send your own key in X-Api-Key, or a token in Authorization.');
  const release = slots.take(`${token ?? apiKey}`);
  if (!release) {
    response.setHeader('retry-after', '1');
    return refuse(response, 429, 'Too many requests are at work. Send fewer at the same time.');
  }
  response.once('close', release);
  const body = await bodyOf(request);
  if (body === undefined) return refuse(response, 413, `A body has at most ${MAX_BODY_BYTES} bytes.`);
  const client = createSyncClient({
    baseUrl: options.serviceUrl,
    ...(token === undefined ? { apiKey: apiKey as string } : { token }),
    ...(typeof orgId === 'string' && { orgId }),
  });
  const server = createMcpServer({ client, allowSteering: options.allowSteering });
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  response.on('close', () => void Promise.allSettled([transport.close(), server.close()]));
  await server.connect(transport);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return refuse(response, 400, 'The body is no JSON.');
  }
  await transport.handleRequest(request, response, parsed);
}

/** Undefined when it is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
}

function refuse(response: ServerResponse, status: number, detail: string): void {
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code: -32_000, message: detail }, id: null });
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
}
