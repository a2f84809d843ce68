import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to Postgres that can be cut, silenced and mended, as a network or a database that restarts. */
export interface BreakableProxy {
  /** The same database through the proxy. */
  readonly url: string;
  /** Ends every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on throws away what comes on the connections that are open, without a reset; `all`: on new ones, too, until `heal`. */
  silence(how?: { all: boolean }): void;
  /** New connections work again. Those that were silenced stay so. */
  heal(): void;
  /** How many connections are open. */
  readonly connections: number;
}

export async function startBreakableProxy(databaseUrl: string): Promise<BreakableProxy> {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const silenced = new WeakSet<Socket>();
  let allSilent = false;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    if (allSilent) silenced.add(client).add(upstream);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket
        .on('data', (data) => {
          if (!silenced.has(socket)) other.write(data);
        })
        .on('end', () => {
          if (!silenced.has(socket)) other.end();
        })
        .on('error', () => undefined)
        .on('close', () => {
          sockets.delete(socket);
          if (!silenced.has(socket)) other.destroy();
        });
    }
  });
  const listen = (at: number) => once(server.listen(at, '127.0.0.1'), 'listening');
  await listen(0);
  const address = (server.address() as AddressInfo).port;
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${address}`;
  return {
    url: url.toString(),
    get connections() {
      return sockets.size / 2;
    },
    cut: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    mend: async () => {
      await listen(address);
    },
    silence: ({ all } = { all: false }) => {
      allSilent = all;
      for (const socket of sockets) silenced.add(socket);
    },
    heal: () => {
      allSilent = false;
    },
  };
}
