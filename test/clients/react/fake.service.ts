import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StreamedSync } from '../../../clients/react/src/live/sync.types.ts';
import type { Progress } from '../../../clients/typescript/src/index.ts';

/** Compiles as long as the package's own type has the fields of the service's. */
type Both = StreamedSync & Omit<Progress, 'checkpoint'>;

/** A running sync, a quarter done. */
export function aSync(change: Partial<Both> = {}): Both {
  return {
    id: 'b3a1c0f4-5a0e-4c39-9d4c-2b8f3e8f6a10',
    org_id: 'org-1',
    sync_id: 'sync-1',
    entity_type: 'customer',
    source_system: 'woocommerce',
    total_items: 1000,
    processed_count: 250,
    failed_count: 0,
    current_item: 250,
    initiated_by: 'user-1',
    status: 'running',
    started_at: '2026-11-22T14:00:00.000000+00:00',
    updated_at: '2026-11-22T14:01:00.000000+00:00',
    completed_at: null,
    error_message: null,
    cancel_requested: false,
    pause_requested: false,
    requested_at: null,
    requested_by: null,
    rate_limited_until: null,
    elapsed_seconds: 60,
    speed_items_per_min: 250,
    eta_seconds: 180,
    ...change,
  };
}

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A service of which a test says every word: `answer` gets each request, `asked` tells of them. */
export async function startFakeService(
  answer: (path: string, response: ServerResponse, request: IncomingMessage) => void,
) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, authorization: request.headers.authorization });
    answer(path, response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
}

export function sendEvent(response: ServerResponse, event: string, data: unknown): void {
  response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
