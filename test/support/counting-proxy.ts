import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * How long a response travels. It is long compared with the time in which a client sends what it has ready, so what arrives after
 * a response was sent because of it.
 */
const LATENCY_MS = 25;

/** A Postgres some milliseconds away, whose round trips are counted. */
export interface CountingProxy {
  /** The same database through the proxy. */
  readonly url: string;
  /** What the client sent since the last call, one text for each round trip; its connection was open before. */
  take(): string[];
  close(): Promise<void>;
}

/** One round trip: all that the client sends before it has a response to any of it. */
export async function startCountingProxy(databaseUrl: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let bursts: string[] = [];

  const server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
    client.setNoDelay(true);
    let responded = true;
    client.on('data', (data) => {
      if (responded) bursts.push('');
      responded = false;
      bursts.push((bursts.pop() ?? '') + readable(data));
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      setTimeout(() => {
        responded = true;
        client.write(data);
      }, LATENCY_MS);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    take: () => {
      const taken = bursts;
      bursts = [];
      return taken;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The statements in it; the rest of the protocol is not text. */
const readable = (data: Buffer): string => data.toString('latin1').replaceAll(/[^\x20-\x7e]+/g, ' ');
