import { BatchPace } from '../border/batch.pace.ts';
import type { EntityType } from '../canonical/canonical.types.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import type {
  Candidate,
  CheckResult,
  ConnectorSession,
  ExternalItem,
  IdPage,
  ItemProblem,
  Match,
  Page,
  ReadPosition,
  ReadQuery,
  SessionContext,
  SystemIdentity,
  WriteOperation,
  WriteResult,
} from '../contract/connector.types.ts';
import { changeToken } from './change.token.ts';
import { GeographyLoader } from './client/geography.ts';
import { OdooClient } from './client/odoo.client.ts';
import { toId } from './client/odoo.values.ts';
import { domainOf } from './client/search.domain.ts';
import { TrialClient } from './client/trial.client.ts';
import { PartnerEntity } from './customers/partner.entity.ts';
import { checkAccess } from './odoo.check.ts';
import type { OdooEntity } from './odoo.entity.ts';
import { identifyDatabase } from './odoo.identity.ts';
import { readSettings } from './odoo.settings.ts';
import { OrderEntity } from './orders/order.entity.ts';
import { EntityReader } from './pagination/entity.reader.ts';
import { ProductEntity } from './products/product.entity.ts';
import { tryBatch } from './write/batch.trial.ts';
import { writeBatch } from './write/batch.writer.ts';

type Entities = Readonly<Record<EntityType, OdooEntity>>;

/** How many creates the first call has: one call is one transaction, however many there are. */
const FIRST_CREATES = 100;

/** Forwards each call to the part that implements it for the entity. */
export class OdooSession implements ConnectorSession {
  readonly #client: OdooClient;
  readonly #entities: Entities;
  /** What they would write is prepared and never sent. */
  readonly #trial: Entities;
  readonly #now: () => number;
  readonly #pace = new BatchPace(FIRST_CREATES);

  constructor({ connection, http, now = Date.now }: SessionContext) {
    const settings = readSettings(connection);
    this.#client = new OdooClient(settings, http);
    this.#now = now;
    this.#entities = entitiesOf(this.#client);
    this.#trial = entitiesOf(new TrialClient(settings, http));
  }

  check(signal: AbortSignal): Promise<CheckResult> {
    return checkAccess(this.#client, Object.values(this.#entities), this.#now(), signal);
  }

  identify(signal: AbortSignal): Promise<SystemIdentity> {
    return identifyDatabase(this.#client, signal);
  }

  count(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<number | null> {
    return this.#reader(entity).count(query, signal);
  }

  read(entity: EntityType, query: ReadQuery, position: ReadPosition, signal: AbortSignal): Promise<Page> {
    return this.#reader(entity).read(query, position, signal);
  }

  readIds(entity: EntityType, position: ReadPosition, signal: AbortSignal): Promise<IdPage> {
    return this.#reader(entity).readIds(position, signal);
  }

  async readByIds(entity: EntityType, ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]> {
    const known = ids.flatMap((id) => toId(id) ?? []);
    return known.length === 0 ? [] : this.#reader(entity).readByIds(known, signal);
  }

  async findMatches(entity: EntityType, candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    return candidates.length === 0 ? [] : this.#entity(entity).findMatches(candidates, signal);
  }

  write(entity: EntityType, operations: readonly WriteOperation[], signal: AbortSignal): Promise<WriteResult[]> {
    const readBack = (ids: readonly string[], during: AbortSignal) => this.readByIds(entity, ids, during);
    const writer = { client: this.#client, entity: this.#entity(entity), pace: this.#pace, readBack };
    return writeBatch(writer, operations, signal);
  }

  findRefusals(
    entity: EntityType,
    operations: readonly WriteOperation[],
    signal: AbortSignal,
  ): Promise<(ItemProblem | null)[]> {
    return tryBatch(this.#entity(entity, this.#trial), operations, signal);
  }

  async changeToken(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<string | null> {
    const found = this.#entity(entity);
    return changeToken(this.#client, found, await domainOf(found, query, signal), signal);
  }

  #reader(entity: EntityType): EntityReader {
    return new EntityReader(this.#client, this.#entity(entity));
  }

  #entity(type: EntityType, entities = this.#entities): OdooEntity {
    const entity = entities[type];
    if (entity) return entity;
    throw new ConnectorError('rejected', `Odoo has no ${type}.`);
  }
}

const entitiesOf = (client: OdooClient): Entities => ({
  customer: new PartnerEntity(client, new GeographyLoader(client)),
  product: new ProductEntity(client),
  order: new OrderEntity(client),
});
