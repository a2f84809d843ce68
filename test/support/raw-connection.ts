import { connect, type Socket } from 'node:net';
import { waitFor } from './wait-for.ts';

/** A TCP connection that sends exactly what it is told, for requests that no client would make. */
class RawConnection {
  received = '';
  isClosed = false;
  private readonly socket: Socket;

  constructor({ url }: { readonly url: string }) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (bytes) => {
      this.received += bytes.toString('latin1');
    });
    this.socket.on('close', () => {
      this.isClosed = true;
    });
    // What was received until then is what counts.
    this.socket.on('error', () => undefined);
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** The response, when the service has closed the connection. */
  async closed(withinMs = 10_000): Promise<RawAnswer> {
    await waitFor('the service closes the connection', () => this.isClosed, { withinMs });
    return this.answer;
  }

  get answer(): RawAnswer {
    const [head = '', ...body] = this.received.split('\r\n\r\n');
    const [line = '', ...headers] = head.split('\r\n');
    return {
      status: Number(line.split(' ')[1]),
      headers: Object.fromEntries(
        headers.map((header) => [header.split(': ')[0]?.toLowerCase(), header.split(': ').slice(1).join(': ')]),
      ),
      body: body.join('\r\n\r\n'),
    };
  }

  end(): void {
    this.socket.destroy();
  }
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends the lines as the head of a request and returns the response. */
export async function sendHead(service: { readonly url: string }, ...lines: string[]): Promise<RawAnswer> {
  const connection = new RawConnection(service);
  connection.send(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  try {
    return await connection.closed();
  } finally {
    connection.end();
  }
}
