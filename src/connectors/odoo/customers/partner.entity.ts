import { readItem } from '../../border/exact.value.ts';
import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import type { Candidate, ExternalItem } from '../../contract/connector.types.ts';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import type { GeographyLoader } from '../client/geography.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import {
  archivedOf,
  type CreateOperation,
  type OdooEntity,
  type Part,
  type Prepared,
  prepareEach,
  type UpdateOperation,
} from '../odoo.entity.ts';
import { DEFAULT_CUSTOMER_DOMAIN } from '../odoo.settings.ts';
import { customerFromPartner, marked, PARTNER_FIELDS, partnerValues } from './partner.mapping.ts';
import { assignPartners, matchDomain } from './partner.matching.ts';

const MODEL = 'res.partner';
/** Fields of modules that a server may not have. */
const OPTIONAL = ['customer_rank', 'email_normalized'];

export class PartnerEntity implements OdooEntity {
  readonly type = 'customer';
  readonly model = MODEL;
  readonly removal = { active: false };
  readonly #client: OdooClient;
  readonly #geography: GeographyLoader;

  constructor(client: OdooClient, geography: GeographyLoader) {
    this.#client = client;
    this.#geography = geography;
  }

  async parts(): Promise<readonly Part[]> {
    return [];
  }

  /** The accounting modules add customer_rank. Without it, every partner counts as a customer. */
  async domain(signal: AbortSignal): Promise<Domain> {
    const { customerDomain } = this.#client.settings;
    if (customerDomain !== null) return customerDomain;
    return (await this.#has('customer_rank', signal)) ? DEFAULT_CUSTOMER_DOMAIN : [];
  }

  async fields(signal: AbortSignal): Promise<readonly string[]> {
    const infos = await this.#infos(signal);
    return PARTNER_FIELDS.filter((name) => infos.has(name));
  }

  async toItems(rows: readonly Row[], signal: AbortSignal): Promise<ExternalItem[]> {
    const geography = await this.#geography.load(signal);
    return rows.map((row) => ({
      ...readItem(String(row.id), row, () => customerFromPartner(row, geography)),
      ...archivedOf(row),
    }));
  }

  async findMatches(candidates: readonly Candidate[], signal: AbortSignal): Promise<ExternalItem[][]> {
    const domain = matchDomain(candidates, await this.#has('email_normalized', signal));
    if (domain === null) return candidates.map(() => []);
    const rows = await this.#client.searchRead(MODEL, { domain, fields: await this.fields(signal) }, signal);
    const items = new Map((await this.toItems(rows, signal)).map((item) => [item.external_id, item]));
    return assignPartners(candidates, rows).map((found) => found.flatMap(({ id }) => items.get(String(id)) ?? []));
  }

  async prepareCreates(operations: readonly CreateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    const geography = await this.#geography.load(signal);
    const rank = (await this.#has('customer_rank', signal)) ? { customer_rank: 1 } : {};
    return prepareEach(operations, ({ data, key }) => {
      const values = partnerValues(data as CanonicalCustomer, null, geography);
      return { values: { ...marked(values, key), ...rank } };
    });
  }

  async prepareUpdates(operations: readonly UpdateOperation[], signal: AbortSignal): Promise<Prepared[]> {
    const geography = await this.#geography.load(signal);
    return prepareEach(operations, ({ data, changes }) => ({
      values: partnerValues(data as CanonicalCustomer, changes, geography),
    }));
  }

  restore(ids: readonly number[], signal: AbortSignal): Promise<void> {
    return this.#client.write(MODEL, ids, { active: true }, signal);
  }

  async #has(field: string, signal: AbortSignal): Promise<boolean> {
    return (await this.#infos(signal)).has(field);
  }

  #infos(signal: AbortSignal) {
    return this.#client.fields(MODEL, [...PARTNER_FIELDS, ...OPTIONAL], signal);
  }
}
