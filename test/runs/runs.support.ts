import { randomUUID } from 'node:crypto';
import type { OdooSandbox, WooCommerceSandbox } from '@sync-operations/sandbox';
import { CONNECTOR_LIST } from '../../src/connectors/connector.registry.ts';
import type { Connector } from '../../src/connectors/contract/connector.types.ts';
import { type RawResponse, send } from '../support/send.ts';
import { startTestService, type TestService, token } from '../support/test-service.ts';
import { waitFor } from '../support/wait-for.ts';
import { FakeSystem, fakeConnector } from './fake.system.ts';

/** For a test that wants an organization of its own. */
export const newOrgName = (): string => `org-${randomUUID()}`;

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked at member by member
export type Json = any;

/** A worker, its API and fake systems, for one test file. */
export class RunsFixture {
  readonly systems = new Map<string, FakeSystem>();
  readonly service: TestService;

  private constructor(service: TestService) {
    this.service = service;
    service.app.get<Connector[]>(CONNECTOR_LIST).push(fakeConnector(this.systems));
  }

  static async start(variables: Record<string, string> = {}): Promise<RunsFixture> {
    const own = { SYNC_WORKER: 'on', SYNC_LEASE_SECONDS: '3', SYNC_ALLOW_PRIVATE_ADDRESSES: 'true' };
    return new RunsFixture(await startTestService({ ...own, ...variables }));
  }

  async call(
    orgId: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<RawResponse> {
    return send(this.service, `/api/sync${path}`, {
      ...{ method, authorization: `Bearer ${await token(orgId, { scope: 'sync:admin' })}`, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** A fake system and a connection of the organization to it. */
  async connect(orgId: string, name: string, settings: object = {}): Promise<{ id: string; system: FakeSystem }> {
    const base_url = `https://${name}-${this.systems.size}.example`;
    const system = new FakeSystem();
    this.systems.set(base_url, system);
    const { status, body } = await this.call(orgId, 'POST', '/connections', {
      name,
      system: 'fake',
      base_url,
      credentials: {},
      settings,
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return { id: body.id, system };
  }

  /** A connection of the organization to a sandbox shop. */
  async connectShop(orgId: string, shop: WooCommerceSandbox, settings: object = {}): Promise<string> {
    const { status, body } = await this.call(orgId, 'POST', '/connections', {
      name: `shop ${shop.url} ${randomUUID()}`,
      system: 'woocommerce',
      base_url: shop.url,
      credentials: { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret },
      settings: { allow_http: true, ...settings },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id;
  }

  /** A connection of the organization to a sandbox Odoo. */
  async connectOdoo(orgId: string, odoo: OdooSandbox, settings: object = {}): Promise<string> {
    const { status, body } = await this.call(orgId, 'POST', '/connections', {
      name: `odoo ${odoo.url} ${randomUUID()}`,
      system: 'odoo',
      base_url: odoo.url,
      credentials: { database: odoo.database, username: odoo.username, api_key: odoo.apiKey },
      settings: { allow_http: true, ...settings },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id;
  }

  async start(orgId: string, run: object): Promise<Json> {
    const { status, body } = await this.call(orgId, 'POST', '/runs', { entity_type: 'customer', mode: 'full', ...run });
    if (status !== 202) throw new Error(JSON.stringify(body));
    return body;
  }

  /** The run after its end. One that does not end in time says what it waits for. */
  ended(orgId: string, syncId: string, withinMs = 20_000): Promise<Json> {
    const isOver = async () => {
      const { status, body } = await this.call(orgId, 'GET', `/runs/${syncId}`);
      if (body.progress?.completed_at) return body;
      const { state, counts, waiting_reason, next_try_at, progress } = body;
      throw new Error(JSON.stringify({ status, state, counts, waiting_reason, next_try_at, ...progress }));
    };
    return waitFor(`${syncId} has ended`, isOver, { withinMs });
  }

  async run(orgId: string, run: object, withinMs?: number): Promise<Json> {
    return this.ended(orgId, (await this.start(orgId, run)).sync_id, withinMs);
  }

  close(): Promise<void> {
    return this.service.close();
  }
}
