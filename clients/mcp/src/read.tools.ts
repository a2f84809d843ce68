import {
  getPreview,
  getSync,
  itemHistory,
  listActivity,
  listConnections,
  listItems,
  listPreviewChanges,
  listSyncs,
  startPreview,
  whoami,
} from '@sync-operations/client';
import { z } from 'zod';
import { dataOf, type Tool, tool } from './tool.ts';

const ENTITY = z.enum(['customer', 'product', 'order']);
const limit = (most: number, usual: number) => z.number().int().min(1).max(most).default(usual);
const syncId = z.string().min(1).max(200).describe('The sync_id');

/** An item as it is told: without its payload, which holds the data of a person. */
const told = <Item extends { payload: unknown }>({ payload: _, ...item }: Item) => item;

export const READ_TOOLS: readonly Tool[] = [
  tool({
    ...{ kind: 'read', name: 'whoami', title: 'Who am I' },
    description: 'The organization, user and scopes that the key has.',
    input: {},
    run: async (client) => dataOf(await whoami({ client })),
  }),
  tool({
    ...{ kind: 'read', name: 'list_syncs', title: 'Which syncs run or ran' },
    description:
      'Syncs, newest first, with counts, speed, ETA and error. active: those that run now; failed: those that ended with errors.',
    input: {
      active: z.boolean().optional(),
      failed: z.boolean().optional(),
      entity_type: z.string().max(100).optional(),
      search: z.string().max(200).optional().describe('Words of the id, the system, the user or the error'),
      limit: limit(50, 20),
    },
    run: async (client, { search, ...query }) =>
      dataOf(await listSyncs({ client, query: { ...query, ...(search && { q: search }) } })),
  }),
  tool({
    ...{ kind: 'read', name: 'why_did_it_fail', title: 'Why did a sync fail' },
    description: 'One sync with its error, the items that failed or were skipped, and its entries in the audit trail.',
    input: { sync_id: syncId, limit: limit(50, 20) },
    run: async (client, { sync_id, limit: most }) => {
      const path = { sync_id };
      const [sync, items, entries] = await Promise.all([
        getSync({ client, path }),
        listItems({ client, path, query: { limit: most } }),
        listActivity({ client, query: { sync_id, limit: most } }),
      ]);
      const { items: failed, next_cursor } = dataOf(items);
      return {
        sync: dataOf(sync),
        items: failed.map(told),
        has_more_items: next_cursor !== null,
        trail: dataOf(entries).items,
      };
    },
  }),
  tool({
    ...{ kind: 'read', name: 'story_of_a_record', title: 'The story of a record' },
    description:
      'What syncs did with one customer, product or order, over all syncs, newest first. Name it by its email, by its id in a system, or by its SKU or order number.',
    input: {
      entity_type: ENTITY,
      email: z.string().max(320).optional(),
      external_id: z.string().max(200).optional(),
      connection_id: z.string().max(100).optional().describe('Of which system external_id is; needed with it'),
      sku: z.string().max(200).optional(),
      number: z.string().max(200).optional().describe('Of an order'),
      limit: limit(50, 20),
    },
    run: async (client, query) => dataOf(await itemHistory({ client, query })),
  }),
  tool({
    ...{ kind: 'read', name: 'list_connections', title: 'The connected systems' },
    description: 'The connections of the organization: name, system, address, state. Never their credentials.',
    input: { limit: limit(100, 50) },
    run: async (client, query) => dataOf(await listConnections({ client, query })),
  }),
  tool({
    ...{ kind: 'read', name: 'start_preview', title: 'Preview a sync' },
    description:
      'Computes what a sync of a connection would change. It writes nothing to any system. Returns a cache_key for show_preview; computing takes a while.',
    input: {
      connection_id: z.string().max(100).describe('The source'),
      destination_connection_id: z.string().max(100).optional().describe('Without it: the copies of the service'),
      entity_type: ENTITY,
      mode: z.enum(['full', 'incremental']).default('full'),
    },
    run: async (client, { connection_id, destination_connection_id, ...rest }) => {
      const destination = destination_connection_id
        ? { connection_id: destination_connection_id }
        : ('records' as const);
      return dataOf(await startPreview({ client, path: { connection_id }, body: { ...rest, destination } }));
    },
  }),
  tool({
    ...{ kind: 'read', name: 'show_preview', title: 'Show a preview' },
    description: 'The summary of a preview, and its first changes with the old and the new value of each field.',
    input: {
      cache_key: z.string().min(1).max(200),
      kind: z.enum(['create', 'update', 'delete', 'unbind', 'conflict']).optional(),
      limit: limit(50, 10),
    },
    run: async (client, { cache_key, ...query }) => {
      const path = { cache_key };
      const { delta_data: _, ...preview } = dataOf(await getPreview({ client, path }));
      return { preview, changes: dataOf(await listPreviewChanges({ client, path, query })) };
    },
  }),
];
