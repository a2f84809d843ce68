import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Messages of Postgres' protocol that run a statement: a simple query, and the execution of a prepared one. */
const RUNS_STATEMENT = new Set(['Q'.charCodeAt(0), 'E'.charCodeAt(0)]);

/** A proxy before Postgres that counts the statements that pass through it. */
export class StatementProxy {
  /** The same database through the proxy. */
  readonly url: string;
  private statements = 0;
  private bytes = 0;

  private constructor(url: string) {
    this.url = url;
  }

  static async start(databaseUrl: string): Promise<{ proxy: StatementProxy; stop: () => void }> {
    const { hostname, port } = new URL(databaseUrl);
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect({ host: hostname, port: Number(port), noDelay: true });
      const count = statementCounter(() => {
        proxy.statements += 1;
      });
      client.setNoDelay(true).on('data', count).pipe(upstream);
      upstream
        .on('data', (data) => {
          proxy.bytes += data.length;
        })
        .pipe(client);
      for (const [socket, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => other.destroy());
      }
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const proxy = new StatementProxy(url.toString());
    const stop = () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    };
    return { proxy, stop };
  }

  /** Returns the statements that ran since the last call, and the bytes that Postgres sent. */
  readAndReset(): { statements: number; bytes: number } {
    const { statements, bytes } = this;
    this.statements = 0;
    this.bytes = 0;
    return { statements, bytes };
  }
}

/** Parses what a client sends: a start-up message without a type byte, then messages of a type byte and a length. */
function statementCounter(onStatement: () => void): (data: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  return (data) => {
    rest = rest.length > 0 ? Buffer.concat([rest, data]) : data;
    for (;;) {
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return;
      const length = head + rest.readUInt32BE(head);
      if (rest.length < length) return;
      if (started && RUNS_STATEMENT.has(rest[0] as number)) onStatement();
      started = true;
      rest = rest.subarray(length);
    }
  };
}
