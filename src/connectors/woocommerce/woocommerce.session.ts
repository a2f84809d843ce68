import { TrialHttp } from '../border/trial.http.ts';
import type { CanonicalCustomer, CanonicalOrder, CanonicalProduct, EntityType } from '../canonical/canonical.types.ts';
import type {
  Candidate,
  CheckResult,
  ConnectorSession,
  ExternalItem,
  ForeseenRefusal,
  IdPage,
  Match,
  Page,
  ReadPosition,
  ReadQuery,
  SessionContext,
  SystemIdentity,
  WriteOperation,
  WriteResult,
} from '../contract/connector.types.ts';
import { guestEmail } from './mapping/customer.mapping.ts';
import { matchCustomers } from './match/customer.matcher.ts';
import { matchOrders } from './match/order.matcher.ts';
import { matchProducts } from './match/product.matcher.ts';
import { newestChange } from './pagination/modified.bounds.ts';
import { type Phase, readPhases, sumOf } from './pagination/phase.reader.ts';
import { customerToken, documentToken } from './read/change.token.ts';
import { customerPhases, customersByIds } from './read/customer.reader.ts';
import { documentPhases, documentsByIds, ORDERS } from './read/document.reader.ts';
import { GuestLookup } from './read/guest.lookup.ts';
import { idPhases } from './read/id.phases.ts';
import { PRODUCTS } from './read/product.reader.ts';
import type { Shop } from './read/shop.context.ts';
import { ShownDecimals } from './read/shown.decimals.ts';
import { checkShop } from './shop/shop.check.ts';
import { ShopClient } from './shop/shop.client.ts';
import { identifyShop } from './shop/shop.identity.ts';
import { ShopWebhooks } from './webhook/webhook.registrar.ts';
import { readSettings } from './woocommerce.settings.ts';
import { BatchWriter, refusalIn, TrialBatches } from './write/batch.writer.ts';
import { CategoryCache } from './write/category.cache.ts';
import { writeCustomers } from './write/customer.writer.ts';
import { knownRefusals } from './write/known.refusals.ts';
import type { OperationOn } from './write/operation.results.ts';
import { writeOrders } from './write/order.writer.ts';
import { type ProductWriter, writeProducts } from './write/product.writer.ts';

/** Forwards each call to the part that implements it. What those parts learn about the shop lives as long as the session. */
export class WooCommerceSession implements ConnectorSession {
  readonly #shop: Shop;
  readonly #newest = new Map<string, number | null>();
  readonly #guests: GuestLookup;
  readonly #writing: ProductWriter;
  /** Prepares writes and sends none. */
  readonly #trial: ProductWriter;
  readonly webhooks: ShopWebhooks;

  constructor({ connection, http, now = Date.now }: SessionContext) {
    const settings = readSettings(connection);
    const client = new ShopClient(settings, http, now);
    const decimals = new ShownDecimals(client);
    this.#shop = { client, settings, decimals };
    this.webhooks = new ShopWebhooks(client);
    this.#guests = new GuestLookup(this.#shop);
    this.#writing = {
      shop: this.#shop,
      batches: new BatchWriter(client, settings.batchSize),
      categories: new CategoryCache(this.#shop),
    };
    const trial = { client: new ShopClient(settings, new TrialHttp(http), now), settings, decimals };
    this.#trial = {
      shop: trial,
      batches: new TrialBatches(trial.client, settings.batchSize),
      categories: new CategoryCache(trial),
    };
  }

  check(signal: AbortSignal): Promise<CheckResult> {
    return checkShop(this.#shop.client, this.#shop.settings, signal);
  }

  identify(signal: AbortSignal): Promise<SystemIdentity> {
    return identifyShop(this.#shop, signal);
  }

  /** With guests this is an upper bound: only their orders can be counted. */
  async count(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<number | null> {
    const totals: (number | null)[] = [];
    // One after another, so that a refusal of the host in front is met once and not by all of them at once.
    for (const phase of this.#phases(entity, query, signal)) totals.push(await phase.total());
    return sumOf(totals);
  }

  async read(entity: EntityType, query: ReadQuery, position: ReadPosition, signal: AbortSignal): Promise<Page> {
    // Of customers, only the orders of guests tell when they changed.
    const tells = entity !== 'customer' || this.#shop.settings.includeGuests;
    const path = entity === 'product' ? '/products' : '/orders';
    const newest = async () => (tells ? this.#newestOf(path, signal) : null);
    return readPhases(this.#phases(entity, query, signal), newest, position);
  }

  /** Asked once: a first page that is tried again begins no later than the first attempt. */
  async #newestOf(path: string, signal: AbortSignal): Promise<number | null> {
    const known = this.#newest.get(path);
    if (known !== undefined) return known;
    const newest = await newestChange(this.#shop, path, signal);
    this.#newest.set(path, newest);
    return newest;
  }

  async readIds(entity: EntityType, position: ReadPosition, signal: AbortSignal): Promise<IdPage> {
    const phases = idPhases(entity, this.#shop, signal);
    const { items, next, total } = await readPhases(phases, async () => null, position);
    const ids = items.filter(({ problem }) => !problem).map(({ external_id }) => external_id);
    const problems = items.filter(({ problem }) => problem);
    // The email of a guest may have an account by now.
    return { ids, problems, next, total, knownOnly: ids.some((id) => guestEmail(id) !== null) };
  }

  readByIds(entity: EntityType, ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]> {
    if (entity === 'customer') return customersByIds(this.#shop, this.#guests, ids, signal);
    return documentsByIds(entity === 'product' ? PRODUCTS : ORDERS, this.#shop, ids, signal);
  }

  async findMatches(entity: EntityType, candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    if (candidates.length === 0) return [];
    const match = { customer: matchCustomers, product: matchProducts, order: matchOrders }[entity];
    return match(this.#shop, candidates, signal);
  }

  write(entity: EntityType, operations: readonly WriteOperation[], signal: AbortSignal): Promise<WriteResult[]> {
    return writeWith(this.#writing, entity, operations, signal);
  }

  async findRefusals(
    entity: EntityType,
    operations: readonly WriteOperation[],
    signal: AbortSignal,
  ): Promise<(ForeseenRefusal | null)[]> {
    const results = await writeWith(this.#trial, entity, operations, signal);
    const known = await knownRefusals(this.#shop, entity, operations, signal);
    return results.map((result, i) => refusalIn(result) ?? known[i] ?? null);
  }

  changeToken(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<string | null> {
    if (entity === 'customer') return customerToken(this.#shop, query, signal);
    return documentToken(entity === 'product' ? PRODUCTS : ORDERS, this.#shop, query, signal);
  }

  #phases(entity: EntityType, query: ReadQuery, signal: AbortSignal): Phase[] {
    if (entity === 'customer') return customerPhases(this.#shop, this.#guests, query, signal);
    return documentPhases(entity === 'product' ? PRODUCTS : ORDERS, this.#shop, query, signal);
  }
}

async function writeWith(
  writer: ProductWriter,
  entity: EntityType,
  operations: readonly WriteOperation[],
  signal: AbortSignal,
): Promise<WriteResult[]> {
  if (entity === 'customer') {
    return writeCustomers(writer.batches, operations as OperationOn<CanonicalCustomer>[], signal);
  }
  if (entity === 'order') {
    return writeOrders(writer.shop, writer.batches, operations as OperationOn<CanonicalOrder>[], signal);
  }
  return writeProducts(writer, operations as OperationOn<CanonicalProduct>[], signal);
}
