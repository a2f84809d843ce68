import { readItem } from '../../border/exact.value.ts';
import type { CanonicalCustomer } from '../../canonical/canonical.types.ts';
import type { Candidate, ExternalItem, Match } from '../../contract/connector.types.ts';
import type { Domain, Row } from '../api/odoo-api.types.ts';
import type { GeographyLoader } from '../client/geography.ts';
import type { OdooClient } from '../client/odoo.client.ts';
import { madeFor, markOf } from '../client/odoo.marker.ts';
import { idsOf, text, toId } from '../client/odoo.values.ts';
import { allOf, anyOf } from '../client/search.domain.ts';
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
import { withoutCompanyFields } from './company.fields.ts';
import { customerFromPartner, marked, PARTNER_FIELDS, partnerValues } from './partner.mapping.ts';
import { assignPartners, hasOtherEmails, isAddress, matchDomain, namesakesOf } from './partner.matching.ts';

const MODEL = 'res.partner';
/** Fields of modules that a server may not have. */
const OPTIONAL = ['customer_rank', 'email_normalized'];

const OF_COMPANY = 'it is the partner of a company of this Odoo';
const OF_PARTNER = 'it is an address of another partner';
const OF_SEVERAL = 'it has several e-mail addresses';
const OF_USER = 'it is the partner of a user of this Odoo';

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

  async findMatches(candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    const rows = await this.#candidates(candidates, signal);
    if (rows.length === 0) return candidates.map(() => []);
    const items = new Map((await this.toItems(rows, signal)).map((item) => [item.external_id, item]));
    const held = await this.#held(rows, signal);
    const named = namesakesOf(candidates, rows);
    const assigned = assignPartners(candidates, rows);
    const reasonFor = (row: Row, candidate: Candidate): string | undefined => {
      const reason = held.get(Number(row.id)) ?? (isAddress(row) ? OF_PARTNER : undefined);
      return reason ?? (hasOtherEmails(row, candidate) ? OF_SEVERAL : undefined);
    };
    return candidates.map((candidate, index) => {
      const found = assigned[index] ?? [];
      const namesakes = (named[index] ?? []).filter((row) => !found.includes(row));
      return [...found, ...namesakes].flatMap((row): Match[] => {
        const item = items.get(String(row.id));
        const made = madeFor(candidate.key, [text(row.ref)]);
        const reason = reasonFor(row, candidate);
        // A customer whom a sync created may get access to the portal, or become an address of somebody.
        const isHeld = reason !== undefined && !(made.marked && reason !== OF_COMPANY);
        const namesake = namesakes.includes(row);
        return item ? [{ ...item, ...made, ...(isHeld && { held: reason }), ...(namesake && { namesake }) }] : [];
      });
    });
  }

  /** Why some of the rows are nobody's customers, by id. Archived users count, too: a search finds them, a read does not show them. */
  async #held(rows: readonly Row[], signal: AbortSignal): Promise<Map<number, string>> {
    const domain = [
      ['id', 'in', rows.map(({ id }) => id)],
      ...anyOf([
        ['ref_company_ids', '!=', false],
        ['user_ids', '!=', false],
      ]),
    ];
    const found = await this.#client.searchRead(MODEL, { domain, fields: ['ref_company_ids'] }, signal);
    return new Map(found.map((row) => [Number(row.id), idsOf(row.ref_company_ids).length > 0 ? OF_COMPANY : OF_USER]));
  }

  /** What the connection reads as customers, and what was created for one of the candidates. */
  async #candidates(candidates: readonly Candidate[], signal: AbortSignal): Promise<Row[]> {
    const fields = [...(await this.fields(signal)), 'parent_id', 'type'];
    const search = (domain: Domain) => this.#client.searchRead(MODEL, { domain, fields }, signal);
    const marked = await search([['ref', 'in', candidates.map(({ key }) => markOf(key))]]);
    const keys = matchDomain(candidates, await this.#has('email_normalized', signal));
    const alike = keys === null ? [] : await search(allOf(await this.domain(signal), keys));
    return [...new Map([...marked, ...alike].map((row) => [row.id, row])).values()];
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
    const prepared = prepareEach(operations, ({ data, changes }) => ({
      values: partnerValues(data as CanonicalCustomer, changes, geography),
    }));
    const writes = prepared.map((one, i) => ({
      id: toId(operations[i]?.external_id),
      values: 'values' in one ? one.values : {},
    }));
    const own = await withoutCompanyFields(this.#client, writes, signal);
    return prepared.map((one, i) => ('values' in one ? own(i) : one));
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
