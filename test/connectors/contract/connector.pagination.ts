import type { EntityType } from '../../../src/connectors/canonical/canonical.types.ts';
import { ConnectorError } from '../../../src/connectors/contract/connector.error.ts';
import type {
  ConnectorSession,
  Cursor,
  ExternalItem,
  Page,
  ReadQuery,
} from '../../../src/connectors/contract/connector.types.ts';

export const LIVE = new AbortController().signal;
export const FULL: ReadQuery = { mode: 'full', since: null, filters: {} };

/** By the number of the page, from 0. */
export type SizeOf = (page: number) => number;

const MAX_PAGES = 10_000;

/** Reads to the end, or from a cursor on; cursors go through JSON as a checkpoint does. */
export async function readAll(
  session: ConnectorSession,
  entity: EntityType,
  query: ReadQuery = FULL,
  size: number | SizeOf = 100,
  from: Cursor | null = null,
): Promise<{ readonly items: readonly ExternalItem[]; readonly pages: readonly Page[] }> {
  const pages: Page[] = [];
  for (let cursor = from; pages.length < MAX_PAGES; ) {
    const pageSize = typeof size === 'number' ? size : size(pages.length);
    const page = await session.read(entity, query, { cursor: JSON.parse(JSON.stringify(cursor)), pageSize }, LIVE);
    if (page.items.length > pageSize) throw new Error(`${page.items.length} items in a page of ${pageSize}`);
    pages.push(page);
    if (page.next === null) return { items: pages.flatMap(({ items }) => items), pages };
    cursor = page.next;
  }
  throw new Error('the pagination does not end');
}

/** The kind of the ConnectorError that a call ended with, or `succeeded`. Throws any other error. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'succeeded';
  } catch (error) {
    if (error instanceof ConnectorError) return error.kind;
    throw error;
  }
}
