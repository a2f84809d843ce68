import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connector, ConnectorSession } from '../../../src/connectors/contract/connector.types.ts';
import { csv } from '../../../src/connectors/csv/csv.connector.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import type { HttpClient } from '../../../src/connectors/http/http.types.ts';

/** A web server with one file. */
export class FileServer {
  file: string | Buffer = '';
  /** By the file as it is now. */
  headers: (file: string | Buffer) => Record<string, string> = () => ({});
  readonly requests: IncomingMessage[] = [];
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(): Promise<FileServer> {
    const server = createServer((request, response) => {
      const { file, headers, requests } = fileServer;
      requests.push(request);
      const own = headers(file);
      const isSame = own.etag !== undefined && request.headers['if-none-match'] === own.etag;
      response.writeHead(isSame ? 304 : 200, { 'content-type': 'text/csv', ...own });
      response.end(isSame ? undefined : file);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const close = () => {
      server.closeAllConnections();
      return new Promise<void>((done) => server.close(() => done()));
    };
    const fileServer = new FileServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/export.csv`, close);
    return fileServer;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

export const CUSTOMER_SETTINGS = {
  entity_type: 'customer',
  id_column: 'Number',
  columns: { email: 'E-mail', name: 'Name', 'billing.city': 'Town' },
};

/** What `open` of a connector is given for a connection to a file. */
export function openCsv(
  url: string,
  http: HttpClient,
  settings: Readonly<Record<string, unknown>> = CUSTOMER_SETTINGS,
  connector: Connector = csv,
): ConnectorSession {
  return connector.open({ connection: { id: 'c', base_url: url, credentials: {}, settings }, http });
}

export const newClients = (): HttpClients => new HttpClients({ baseWaitMs: 2, maxBackoffMs: 4, maxAttempts: 2 });

export const clientOf = (clients: HttpClients): HttpClient =>
  clients.for('file', { allowHttp: true, allowPrivateAddresses: true });

/** A header and `count` customers, numbered from 1. */
export function customersFile(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => `${i + 1},p${i + 1}@example.test,"Person, ${i + 1}",Zürich`);
  return ['Number,E-mail,Name,Town', ...rows, ''].join('\n');
}
