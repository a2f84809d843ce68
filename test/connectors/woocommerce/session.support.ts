import type { EntityType } from '../../../src/connectors/canonical/canonical.types.ts';
import { ConnectorError } from '../../../src/connectors/contract/connector.error.ts';
import type {
  ConnectorSession,
  Cursor,
  ExternalItem,
  Page,
  ReadQuery,
} from '../../../src/connectors/contract/connector.types.ts';
import type { HttpClient } from '../../../src/connectors/http/http.types.ts';
import { woocommerce } from '../../../src/connectors/woocommerce/woocommerce.connector.ts';

export const NEVER = new AbortController().signal;
export const FULL: ReadQuery = { mode: 'full', since: null, filters: {} };

export interface SessionOptions {
  readonly url?: string;
  readonly key?: string;
  readonly secret?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly now?: () => number;
}

/** For tests: a session with a shop, whatever implements it. */
export function openShop(http: HttpClient, options: SessionOptions = {}): ConnectorSession {
  const { url = 'https://shop.example', key = 'ck_1', secret = 'cs_1', settings = {}, now } = options;
  const credentials = { consumer_key: key, consumer_secret: secret };
  return woocommerce.open({ connection: { id: 'c', base_url: url, credentials, settings }, http, now });
}

export interface Reading {
  readonly items: ExternalItem[];
  readonly last: Page;
}

/** Reads to the end; cursors go through JSON as a checkpoint does. */
export async function readAll(
  session: ConnectorSession,
  entity: EntityType,
  query: ReadQuery,
  { pageSize = 100, between = async (_page: Page) => {} } = {},
): Promise<Reading> {
  const items: ExternalItem[] = [];
  let cursor: Cursor | null = null;
  for (let pages = 0; pages < 10_000; pages += 1) {
    const position = { cursor, pageSize };
    const page: Page = await patiently(() => session.read(entity, query, position, NEVER));
    if (page.items.length > pageSize) throw new Error('A page is larger than was asked for.');
    items.push(...page.items);
    if (page.next === null) return { items, last: page };
    cursor = JSON.parse(JSON.stringify(page.next));
    await between(page);
  }
  throw new Error('The pagination does not end.');
}

/** As a run does: what may pass is tried again from where it was. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConnectorError) || !error.transient || attempt === 5) throw error;
    }
  }
}
