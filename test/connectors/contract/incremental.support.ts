import { startOdooSandbox, startWooCommerceSandbox } from '@sync-operations/sandbox';
import type {
  CanonicalCustomer,
  CanonicalOrder,
  CanonicalProduct,
} from '../../../src/connectors/canonical/canonical.types.ts';
import type { ConnectorSession, ExternalItem } from '../../../src/connectors/contract/connector.types.ts';
import type { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import type { HttpClient } from '../../../src/connectors/http/http.types.ts';
import { odoo } from '../../../src/connectors/odoo/odoo.connector.ts';
import { woocommerce } from '../../../src/connectors/woocommerce/woocommerce.connector.ts';

/** What somebody does in the system beside us; `pick` chooses among its records. */
export type Change =
  | { readonly do: 'create' | 'commit' }
  | { readonly do: 'update' | 'remove' | 'restore' | 'erase' | 'begin'; readonly pick: number }
  | { readonly do: 'update many'; readonly pick: number; readonly many: number }
  | { readonly do: 'pass'; readonly ms: number };

/** A clock that moves only when a test moves it. */
export interface Clock {
  now: number;
}

/** A sandbox that changes while it is read. */
export interface ChangingSystem {
  readonly session: ConnectorSession;
  readonly entity: 'customer' | 'product' | 'order';
  change(change: Change): void;
  /** Makes the changes while a response is on its way: after the system created it and before it arrives. `skip`: how many precede it. */
  duringResponse(changes: readonly Change[], skip: number): void;
  /** For every record outside the trash, by id: the text that distinguishes its versions. */
  truth(): Map<string, string>;
  versionOf(item: ExternalItem): string;
  /** The ids of all records, also in the trash. */
  ids(): string[];
  /** Records that were in the trash at some time. */
  readonly removed: ReadonlySet<string>;
  /** Permanently deleted, which no incremental read can detect. */
  readonly erased: ReadonlySet<string>;
  stop(): Promise<void>;
}

export interface SystemOptions {
  readonly clients: HttpClients;
  readonly clock: Clock;
  readonly settings: Readonly<Record<string, unknown>>;
  /** By how much our clock differs from the system's. */
  readonly skew: number;
}

let connections = 0;

/** The real HTTP client; its responses carry the sandbox's clock in their Date, as a server's do. */
function clockedHttp({ clients, clock }: SystemOptions, change: (change: Change) => void) {
  connections += 1;
  const real = clients.for(`c${connections}`, { allowHttp: true, allowPrivateAddresses: true });
  let waiting: { changes: Change[]; skip: number } = { changes: [], skip: 0 };
  const http: HttpClient = {
    async send(request) {
      const response = await real.send(request);
      waiting.skip -= 1;
      if (waiting.skip < 0) for (const next of waiting.changes.splice(0)) change(next);
      return { ...response, headers: { ...response.headers, date: new Date(clock.now).toUTCString() } };
    },
  };
  const duringResponse = (changes: readonly Change[], skip: number): void => {
    // Changes for which the last read had no response happen before this one.
    for (const next of waiting.changes) change(next);
    waiting = { changes: [...changes], skip };
  };
  return { http, duringResponse };
}

/** The id that `pick` chooses; undefined when there is none. */
const chosen = (ids: readonly number[], pick: number): number | undefined => ids[pick % Math.max(1, ids.length)];

export async function changingShop(entity: 'product' | 'order', options: SystemOptions): Promise<ChangingSystem> {
  const { clock, settings, skew } = options;
  const sizes = entity === 'product' ? { products: 18, orders: 0 } : { products: 3, orders: 18 };
  const shop = await startWooCommerceSandbox({ customers: 3, ...sizes, now: () => clock.now });
  const { admin } = shop;
  const [erased, removed] = [new Set<string>(), new Set<string>()];
  const isProduct = entity === 'product';
  const all = () => (isProduct ? shop.state().products() : shop.state().orders());
  const idsOf = (isTrashed: boolean) =>
    all()
      .filter(({ status }) => (status === 'trash') === isTrashed)
      .map(({ id }) => id);
  for (const id of idsOf(false).slice(0, 4)) isProduct ? admin.trashProduct(id) : admin.trashOrder(id);
  let version = 0;
  const named = () => {
    version += 1;
    return isProduct ? { name: `v${version}` } : { customer_note: `v${version}` };
  };
  const update = (id: number) => (isProduct ? admin.updateProduct(id, named()) : admin.updateOrder(id, named()));
  const change = (next: Change): void => {
    if (next.do === 'pass') clock.now += next.ms;
    else if (next.do === 'create') isProduct ? admin.createProduct(named()) : admin.createOrder(named());
    else if (next.do === 'update many') for (const id of idsOf(false).slice(0, next.many)) update(id);
    else if ('pick' in next) {
      const id = chosen(idsOf(next.do === 'restore'), next.pick);
      if (id === undefined) return;
      if (next.do === 'remove') removed.add(String(id));
      if (next.do === 'update' || next.do === 'begin') update(id);
      else if (next.do === 'remove') isProduct ? admin.trashProduct(id) : admin.trashOrder(id);
      else if (next.do === 'restore') isProduct ? admin.restoreProduct(id) : admin.restoreOrder(id);
      else {
        isProduct ? admin.deleteProduct(id) : admin.deleteOrder(id);
        erased.add(String(id));
      }
    }
  };
  const { http, duringResponse } = clockedHttp(options, change);
  const connection = {
    id: 'c',
    base_url: shop.url,
    credentials: { consumer_key: shop.consumerKey, consumer_secret: shop.consumerSecret },
    settings: { auth: 'basic', ...settings },
  };
  return {
    session: woocommerce.open({ connection, http, now: () => clock.now + skew }),
    entity,
    change,
    duringResponse,
    ids: () => all().map(({ id }) => String(id)),
    removed,
    truth: () =>
      new Map(
        all()
          .filter(({ status }) => status !== 'trash')
          .map((raw) => [String(raw.id), 'customer_note' in raw ? raw.customer_note : raw.name]),
      ),
    versionOf: ({ data }) =>
      String(isProduct ? (data as CanonicalProduct).name : ((data as CanonicalOrder).note ?? '')),
    erased,
    stop: () => shop.stop(),
  };
}

export async function changingOdoo(version: 18 | 19, options: SystemOptions): Promise<ChangingSystem> {
  const { clock, settings, skew } = options;
  const server = await startOdooSandbox({ version, partners: 30, products: 0, orders: 0, now: () => clock.now });
  const { admin } = server;
  const [erased, removed] = [new Set<string>(), new Set<string>()];
  const customers = [['ref', '!=', false]];
  const idsOf = (active: boolean) => admin.search('res.partner', [...customers, ['active', '=', active]]);
  const open: ReturnType<typeof admin.begin>[] = [];
  let written = 0;
  const named = () => {
    written += 1;
    return { name: `v${written}` };
  };
  const change = (next: Change): void => {
    if (next.do === 'pass') clock.now += next.ms;
    else if (next.do === 'create') admin.create('res.partner', { ...named(), ref: `made ${written}` });
    else if (next.do === 'commit') open.shift()?.commit();
    else if (next.do === 'update many') admin.write('res.partner', idsOf(true).slice(0, next.many), named());
    else if ('pick' in next) {
      const id = chosen(idsOf(next.do !== 'restore'), next.pick);
      if (id === undefined) return;
      if (next.do === 'update') admin.write('res.partner', [id], named());
      else if (next.do === 'remove') admin.archive('res.partner', [id]);
      else if (next.do === 'restore') admin.write('res.partner', [id], { active: true });
      else if (next.do === 'begin') {
        const late = admin.begin();
        if (next.pick % 2 === 0) late.create('res.partner', { ...named(), ref: `made ${written}` });
        else late.write('res.partner', [id], named());
        open.push(late);
      } else if (open.length === 0) {
        // Not while a transaction is open that may hold it: that one would fail.
        admin.unlink('res.partner', [id]);
        erased.add(String(id));
      }
    }
  };
  const { http, duringResponse } = clockedHttp(options, change);
  const { url, database, username, apiKey: api_key } = server;
  const connection = {
    id: 'c',
    base_url: url,
    credentials: { database, username, api_key },
    settings: { customer_domain: customers, ...settings },
  };
  return {
    session: odoo.open({ connection, http, now: () => clock.now + skew }),
    entity: 'customer',
    change,
    duringResponse,
    ids: () => admin.search('res.partner', customers).map(String),
    removed,
    truth: () => {
      while (open.length > 0) open.shift()?.commit();
      const partners = admin.read('res.partner', admin.search('res.partner', customers), ['name', 'active']);
      return new Map(partners.map(({ id, name, active }) => [String(id), `${name} ${active}`]));
    },
    versionOf: ({ data }) => `${(data as CanonicalCustomer).name} ${(data as CanonicalCustomer).active}`,
    erased,
    stop: () => server.stop(),
  };
}
