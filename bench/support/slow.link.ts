import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to Postgres on which each byte takes half the round trip in each direction, as much at once as is sent. */
export class SlowLink {
  /** The same database over the link. */
  readonly url: string;
  readonly stop: () => void;

  private constructor(url: string, stop: () => void) {
    this.url = url;
    this.stop = stop;
  }

  static async to(databaseUrl: string, roundTripMs: number): Promise<SlowLink> {
    const { hostname, port } = new URL(databaseUrl);
    const sockets = new Set<Socket>();
    const carry = (from: Socket, to: Socket) =>
      from
        .on('data', (data) => setTimeout(() => to.writable && to.write(data), roundTripMs / 2))
        .on('error', () => undefined)
        .on('close', () => to.destroy());
    const server = createServer({ noDelay: true }, (near) => {
      const far = connect({ host: hostname, port: Number(port), noDelay: true });
      carry(near, far);
      carry(far, near);
      sockets.add(near).add(far);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new SlowLink(url.toString(), () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
  }
}
