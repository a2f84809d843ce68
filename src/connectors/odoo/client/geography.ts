import type { OdooClient } from './odoo.client.ts';
import { idOf, text } from './odoo.values.ts';

/** Countries and states by code and by id, about 250 and 1,800 rows. Read once a session. */
export interface Geography {
  countryCode(id: number | null): string | null;
  countryId(code: string): number | null;
  stateCode(id: number | null): string | null;
  stateId(countryId: number, code: string): number | null;
}

export interface Place {
  readonly id: number;
  readonly code: string;
  /** For a state. */
  readonly countryId?: number | null;
}

export class GeographyLoader {
  readonly #client: OdooClient;
  #loaded: Promise<Geography> | null = null;

  constructor(client: OdooClient) {
    this.#client = client;
  }

  load(signal: AbortSignal): Promise<Geography> {
    this.#loaded ??= this.#read(signal).catch((error) => {
      this.#loaded = null;
      throw error;
    });
    return this.#loaded;
  }

  async #read(signal: AbortSignal): Promise<Geography> {
    const countries = await this.#client.searchRead('res.country', { domain: [], fields: ['code'] }, signal);
    const states = await this.#client.searchRead(
      'res.country.state',
      { domain: [], fields: ['code', 'country_id'] },
      signal,
    );
    const place = (row: Readonly<Record<string, unknown>>): Place => ({
      id: idOf(row.id) ?? 0,
      code: text(row.code)?.toUpperCase() ?? '',
      countryId: idOf(row.country_id),
    });
    return geographyOf(countries.map(place), states.map(place));
  }
}

export function geographyOf(countries: readonly Place[], states: readonly Place[]): Geography {
  const countryCodes = new Map(countries.map(({ id, code }) => [id, code]));
  const countryIds = new Map(countries.map(({ id, code }) => [code, id]));
  const stateCodes = new Map(states.map(({ id, code }) => [id, code]));
  const stateIds = new Map(states.map(({ id, code, countryId }) => [`${countryId} ${code}`, id]));
  return {
    countryCode: (id) => (id === null ? null : countryCodes.get(id) || null),
    countryId: (code) => countryIds.get(code.toUpperCase()) ?? null,
    stateCode: (id) => (id === null ? null : stateCodes.get(id) || null),
    stateId: (countryId, code) => stateIds.get(`${countryId} ${code.toUpperCase()}`) ?? null,
  };
}
