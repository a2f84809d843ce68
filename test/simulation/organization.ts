import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import type { SimulatedWorld } from './simulated.world.ts';

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked at member by member
type Json = any;

const CUSTOMERS = 8;

/** One organization with a shop and an Odoo, what its people do, and what must come of it. */
export class Organization {
  readonly id: string;
  private readonly world: SimulatedWorld;
  private readonly ask: (
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body?: object,
  ) => Promise<{ status: number; body: Json }>;
  private shop!: WooCommerceSandbox;
  private odoo!: OdooSandbox;
  private ends!: object;
  private people = 0;

  constructor(id: string, world: SimulatedWorld, ask: Organization['ask']) {
    this.id = id;
    this.world = world;
    this.ask = ask;
  }

  /** Both systems and the connections to them. */
  async open(seed: number): Promise<void> {
    this.shop = await startWooCommerceSandbox({
      customers: 0,
      products: 0,
      orders: 0,
      badRate: 0,
      seed,
      version: '11.0',
    });
    this.odoo = await startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0, seed });
    for (let n = 0; n < CUSTOMERS; n += 1) this.newCustomer();
    const { shop, odoo } = this;
    const connect = async (system: string, base_url: string, credentials: object, settings: object) => {
      const { status, body } = await this.ask('POST', '/connections', {
        name: system,
        system,
        base_url,
        credentials,
        settings,
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body.id;
    };
    const { consumerKey: consumer_key, consumerSecret: consumer_secret } = shop;
    const { database, username, apiKey: api_key } = odoo;
    const source = await connect(
      'woocommerce',
      shop.url,
      { consumer_key, consumer_secret },
      { allow_http: true, home_url: shop.url },
    );
    const destination = await connect('odoo', odoo.url, { database, username, api_key }, { allow_http: true });
    this.ends = { source_connection_id: source, destination: { connection_id: destination }, entity_type: 'customer' };
  }

  /** Starts a sync of all customers; undefined when it was refused. */
  async startSync(): Promise<string | undefined> {
    const { status, body } = await this.ask('POST', '/runs', { ...this.ends, mode: 'full' });
    return status === 202 ? body.sync_id : undefined;
  }

  async control(syncId: string, request: 'pause' | 'resume' | 'cancel'): Promise<void> {
    await this.ask('POST', `/progress/${syncId}/${request}`, {});
  }

  /** Starts a sync that somebody else carries out; returns its id. */
  async startReporting(total: number): Promise<string | undefined> {
    const { status, body } = await this.ask('POST', '/progress', {
      entity_type: 'order',
      source_system: 'other',
      total_items: total,
    });
    return status === 201 ? body.sync_id : undefined;
  }

  /** What was acknowledged; undefined when nothing was. */
  async report(syncId: string, processed_count: number): Promise<number | undefined> {
    const { status, body } = await this.ask('PATCH', `/progress/${syncId}`, { processed_count });
    return status === 200 ? body.processed_count : undefined;
  }

  newCustomer(): void {
    this.people += 1;
    const { people } = this;
    this.shop.admin.createCustomer({
      email: `person-${people}@${this.id}.example`,
      first_name: 'Person',
      last_name: `${people}`,
    });
  }

  changeCustomer(): void {
    const { random } = this.world;
    const { id } = random.pick(this.shop.state().customers());
    this.shop.admin.updateCustomer(id, { last_name: `renamed ${random.between(1, 1_000)}` });
  }

  /** The next requests to one of the systems go wrong. */
  fault(): void {
    const { random } = this.world;
    const kinds = [
      'too-many-requests',
      'server-error',
      'slow',
      'truncated',
      'dropped',
      'response-lost',
      'abandoned',
    ] as const;
    const kind = random.pick(kinds);
    const toShop = random.chance(0.4);
    const rule = {
      kind,
      from: random.between(1, 4),
      times: random.between(1, 3),
      ms: random.between(200, 5_000),
      workMs: random.between(100, 20_000),
    };
    this.world.tell(`${this.id}: ${toShop ? 'the shop' : 'Odoo'} ${JSON.stringify(rule)}`);
    (toShop ? this.shop : this.odoo).setFaults([rule]);
  }

  endFaults(): void {
    this.shop.setFaults([]);
    this.odoo.setFaults([]);
  }

  /** What is there twice, at any moment. */
  twice(): string[] {
    const emails = this.partners().map(({ email }) => email);
    return emails.filter((email, place) => emails.indexOf(email) !== place).map((email) => `${email} is there twice`);
  }

  /** What is missing or not equal, once a sync has completed after the last change. */
  lost(): string[] {
    const partners = new Map(this.partners().map(({ email, name }) => [email, name]));
    return this.shop
      .state()
      .customers()
      .filter(({ email, first_name, last_name }) => partners.get(email) !== `${first_name} ${last_name}`)
      .map(
        ({ email, first_name, last_name }) =>
          `${email} (${first_name} ${last_name}) is ${partners.get(email) ?? 'missing'}`,
      );
  }

  get customers(): number {
    return this.people;
  }

  private partners(): { email: string; name: string }[] {
    const ids = this.odoo.admin.search('res.partner', [['email', 'like', `@${this.id}.example`]]);
    return this.odoo.admin.read('res.partner', ids, ['email', 'name']) as { email: string; name: string }[];
  }
}
