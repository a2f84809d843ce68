import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { CONNECTOR_LIST } from '../../../src/connectors/connector.registry.ts';
import type { CheckResult, Connector } from '../../../src/connectors/contract/connector.types.ts';
import { fakeConnector } from '../../support/fake.connector.ts';
import { type RawResponse, send } from '../../support/send.ts';
import { sql } from '../../support/test-database.ts';
import { startTestService, type TestService } from '../../support/test-service.ts';

export const PATH = '/api/sync/connections';
export const SECRET = 'key-of-the-shop-/-nobody-may-see';
export const GOOD: CheckResult = {
  version: '9.1',
  account: 'sync@example.com',
  credentials_expire_at: '2027-01-01T00:00:00Z',
  warnings: ['may not delete'],
};

type Caller = 'admin' | 'writer' | 'reader' | 'other';

/** A service with a fake connector, and the keys of those who call it. */
export class ConnectionsFixture {
  readonly service: TestService;
  /** What a check of the fake system does. */
  check = async (): Promise<CheckResult> => GOOD;
  readonly fake = fakeConnector({ check: () => this.check() });
  private readonly keys: Record<Caller, string>;

  private constructor(service: TestService, keys: Record<Caller, string>) {
    this.service = service;
    this.keys = keys;
    service.app.get<Connector[]>(CONNECTOR_LIST, { strict: false }).push(this.fake);
  }

  static async start(): Promise<ConnectionsFixture> {
    const service = await startTestService();
    const key = (orgId: string, scope: 'sync:admin' | 'sync:write' | 'sync:read') =>
      service.createKey({ orgId, scopes: [scope] });
    return new ConnectionsFixture(service, {
      admin: await key('org-1', 'sync:admin'),
      writer: await key('org-1', 'sync:write'),
      reader: await key('org-1', 'sync:read'),
      other: await key('org-2', 'sync:admin'),
    });
  }

  request(who: Caller, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return send(this.service, path, {
      ...{ method, 'x-api-key': this.keys[who], ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async create(change: Record<string, unknown> = {}, who: Caller = 'admin'): Promise<RawResponse['body']> {
    const response = await this.request(who, 'POST', PATH, bodyOf(change));
    expect(response).toMatchObject({ status: 201 });
    return response.body;
  }

  /** What the trail says of the connection, oldest first. */
  async trail(id: string): Promise<Record<string, unknown>[]> {
    const rows = await sql<{ entry: Record<string, unknown> }>(
      this.service.database.appUrl,
      `SELECT json_build_object('type', activity_type, 'status', status, 'user', user_id, 'system', source_system,
            'error', error_message, 'details', details) AS entry
       FROM sync_activity_log WHERE details ->> 'connection_id' = $1 ORDER BY created_at`,
      [id],
      'org-1',
    );
    return rows.map(({ entry }) => entry);
  }

  close(): Promise<void> {
    return this.service.close();
  }
}

export const bodyOf = (change: Record<string, unknown> = {}) => ({
  name: `shop ${randomUUID()}`,
  system: 'fake',
  base_url: 'https://shop.example.com/',
  credentials: { login: 'sync', api_key: SECRET },
  ...change,
});

export const pointers = (body: Record<string, unknown>) =>
  (body.errors as { pointer?: string; detail: string }[]).map(({ pointer, detail }) => `${pointer} ${detail}`).sort();
