#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createSyncClient } from '@sync-operations/client';
import { createMcpHttpServer } from './http.server.ts';
import { createMcpServer } from './server.ts';

const USAGE = `Usage: sync-operations-mcp [--allow-steering] [--http PORT [--host HOST]]

Without --http it speaks MCP on standard input and output, with the key of SYNC_API_KEY.
With --http it serves MCP at http://HOST:PORT/mcp; each request brings its own key. HOST is 127.0.0.1 unless given.

  --allow-steering   offers also pause, resume, cancel, retry and apply, where the key may

  SYNC_URL           where the service is, by default http://127.0.0.1:3000
  SYNC_API_KEY       a service key, or SYNC_TOKEN, a token
  SYNC_ORG_ID        the organization that is meant; only with a key of all organizations`;

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(1);
}

function optionsOf() {
  try {
    const options = {
      'allow-steering': { type: 'boolean', default: false },
      http: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      help: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { 'allow-steering': allowSteering, http, host, help } = optionsOf();
const { SYNC_URL: serviceUrl = 'http://127.0.0.1:3000', SYNC_API_KEY, SYNC_TOKEN, SYNC_ORG_ID } = process.env;
if (help) {
  console.log(USAGE);
} else if (http !== undefined) {
  if (!/^\d{1,5}$/.test(http)) fail('--http must be a port.');
  const server = createMcpHttpServer({ serviceUrl, allowSteering });
  server.listen(Number(http), host, () => {
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : http;
    console.error(`MCP is served at http://${host}:${port}/mcp`);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => server.close());
} else {
  if (!SYNC_API_KEY && !SYNC_TOKEN) fail('SYNC_API_KEY must be set.');
  const client = createSyncClient({
    baseUrl: serviceUrl,
    ...(SYNC_API_KEY ? { apiKey: SYNC_API_KEY } : { token: SYNC_TOKEN as string }),
    ...(SYNC_ORG_ID && { orgId: SYNC_ORG_ID }),
  });
  await createMcpServer({ client, allowSteering }).connect(new StdioServerTransport());
}
