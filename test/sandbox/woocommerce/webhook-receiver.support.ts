import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** For tests: keeps what webhooks deliver, without pings. */
export async function startWebhookReceiver() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.headers['x-wc-webhook-topic'] !== undefined) received.push({ headers: request.headers, body });
      response.writeHead(200).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    /** What came since it was last asked. */
    take: () => received.splice(0),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
