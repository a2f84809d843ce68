import type { IncomingMessage, ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { SeededRandom } from './seeded.random.ts';
import { byNobody, currentInstance, type Instance, settled } from './virtual.process.ts';

type Accept = (socket: VirtualSocket, from: Instance | undefined) => void;

/** One end of a connection; what is written to it arrives at the other end a little later. */
export class VirtualSocket extends Duplex {
  peer: VirtualSocket | undefined;
  connecting = false;
  pending = false;
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 1;
  readonly localAddress = '127.0.0.1';
  readonly encrypted = false;
  private readonly network: VirtualNetwork;
  private readonly owner: Instance | undefined;
  /** Who opened the connection. */
  private readonly client: Instance | undefined;
  private busyUntil = 0;

  constructor(network: VirtualNetwork, owner: Instance | undefined, client = owner) {
    super({ allowHalfOpen: true });
    this.network = network;
    this.owner = owner;
    this.client = client;
    owner?.onKill(() => this.cut());
  }

  /** As net.Socket takes it: options, or port and host. */
  connect(...args: unknown[]): this {
    const { port, host } =
      typeof args[0] === 'object' ? (args[0] as net.TcpNetConnectOpts) : { port: args[0], host: args[1] };
    const onConnect = args.findLast((arg) => typeof arg === 'function') as (() => void) | undefined;
    if (onConnect) this.once('connect', onConnect);
    this.connecting = true;
    this.network.open(this, `${host ?? '127.0.0.1'}:${port}`, this.owner);
    return this;
  }

  /** Its owner is gone: the other end sees that it is closed, after what was sent before has arrived. */
  private cut(): void {
    const { peer } = this;
    this.peer = undefined;
    if (peer) {
      this.later(() => {
        peer.peer = undefined;
        peer.destroy();
      });
    }
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const bytes = Buffer.from(chunk);
    const { peer } = this.owner?.countMessage() ? {} : this;
    if (peer) this.later(() => peer.arrive(bytes));
    done();
  }

  override _final(done: () => void): void {
    const { peer } = this;
    if (peer) this.later(() => peer.arrive(null));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { peer } = this;
    this.peer = undefined;
    if (peer)
      this.later(() => {
        peer.peer = undefined;
        if (!peer.ownerIsDead) peer.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
      });
    done(error);
  }

  private get ownerIsDead(): boolean {
    return this.owner?.isDead ?? false;
  }

  private arrive(bytes: Buffer | null): void {
    const { owner } = this;
    if (this.destroyed || owner?.countMessage()) return;
    if (owner) owner.run(() => this.push(bytes));
    else this.push(bytes);
  }

  /** Nothing overtakes what was sent before. */
  private later(work: () => void): void {
    const { client } = this;
    const latency = client?.isStarting ? 0 : this.network.latency();
    this.busyUntil = Math.max(this.busyUntil, this.network.now() + latency);
    this.network.later(this.busyUntil, work, client);
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  address(): object {
    return { address: '127.0.0.1', port: 1, family: 'IPv4' };
  }
  resetAndDestroy(): this {
    return this.destroy();
  }
}

/** The network of this process: whoever listens and whoever connects are in it, and nothing leaves it. */
export class VirtualNetwork {
  private readonly hosts = new Map<string, Accept>();
  private ports = 40_000;
  private random = new SeededRandom('the network');
  /** Called after each request to a server. */
  onExchange: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;

  /** Nobody listens any more, and the next seed decides. */
  reset(random: SeededRandom): void {
    this.random = random;
    this.hosts.clear();
    this.ports = 40_000;
  }

  now(): number {
    return performance.now();
  }

  latency(): number {
    return this.random.fraction() * 2;
  }

  /** What an instance sends and receives while it starts takes no time, so that nobody else goes on meanwhile. */
  later(at: number, work: () => void, between: Instance | undefined): void {
    byNobody(() => {
      if (between?.isStarting) void settled().then(work);
      else setTimeout(work, Math.max(0, at - this.now()));
    });
  }

  listen(address: string, accept: Accept): void {
    this.hosts.set(address, accept);
  }

  open(socket: VirtualSocket, address: string, from: Instance | undefined): void {
    const at = this.now() + (from?.isStarting ? 0 : this.latency());
    const open = () => {
      if (socket.destroyed || from?.isDead) return;
      const accept = this.hosts.get(address);
      socket.connecting = false;
      if (!accept) {
        socket.destroy(Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED' }));
        return;
      }
      const other = new VirtualSocket(this, undefined, from);
      other.peer = socket;
      socket.peer = other;
      accept(other, from);
      socket.emit('connect');
      socket.emit('ready');
    };
    this.later(at, open, from);
  }

  /** Replaces what Node's own sockets and servers do, for good. */
  install(): void {
    const network = this;
    const connect = (...args: unknown[]) => new VirtualSocket(network, currentInstance()).connect(...args);
    const Socket = new Proxy(net.Socket, {
      construct: () => new VirtualSocket(network, currentInstance()),
    });
    Object.assign(net, { connect, createConnection: connect, Socket });
    net.Server.prototype.listen = function listen(this: net.Server, ...args: unknown[]) {
      const port = Number(args[0]) || network.freePort();
      const address = { address: '127.0.0.1', port, family: 'IPv4' };
      Object.assign(this, { address: () => address });
      Object.defineProperty(this, 'listening', { value: true });
      this.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
        // Node's own names the real time.
        response.setHeader('date', new Date().toUTCString());
        response.on('close', () => network.onExchange(request, response));
      });
      network.listen(`127.0.0.1:${port}`, (socket) => this.emit('connection', socket));
      process.nextTick(() => this.emit('listening'));
      return this;
    } as net.Server['listen'];
    syncBuiltinESMExports();
  }

  private freePort(): number {
    this.ports += 1;
    return this.ports;
  }
}
