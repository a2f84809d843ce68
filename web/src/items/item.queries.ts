import {
  getRecord,
  type HistoryEntry,
  type ItemHistoryData,
  type ItemIdentity,
  itemHistory,
  lookUpRecords,
  type RemoveBindingData,
  removeBinding,
  retryFailedItems,
  type SetBindings,
  setBindings,
  undoRun,
} from '@sync-operations/client';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { syncPath } from '../app/location.ts';

/** Which item a page is about. */
export interface ItemName {
  readonly entity_type: SetBindings['entity_type'];
  readonly external_id: string;
  /** Undefined: whichever connection has it. */
  readonly connection_id: string | undefined;
}

/** An id of the item in the system of a connection. */
export type PlacedIdentity = ItemIdentity & { readonly connection_id: string };

/** What became of an item, and its ids system by system. */
export function useItemHistory({ entity_type, external_id, connection_id }: ItemName) {
  const { orgId, client } = useOrganization();
  return useInfiniteQuery({
    queryKey: [orgId, 'item', entity_type, external_id, connection_id],
    queryFn: ({ pageParam }) => {
      const query = { entity_type, external_id, ...(connection_id && { connection_id }) };
      const page = { ...query, ...(pageParam && { cursor: pageParam }) } as ItemHistoryData['query'];
      return unwrap(itemHistory({ client, query: page }));
    },
    initialPageParam: '',
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
}

/** The canonical copy of an item, from the first of its ids of which one is kept; null: of none. */
export function useRecord(entity_type: ItemName['entity_type'], identities: readonly PlacedIdentity[]) {
  const { orgId, client } = useOrganization();
  return useQuery({
    queryKey: [orgId, 'item', 'record', entity_type, identities],
    enabled: identities.length > 0,
    queryFn: async () => {
      for (const { connection_id, external_id } of identities) {
        // Asked first whether there is one: a page that knows what it may find makes no request that fails.
        const { items } = await unwrap(lookUpRecords({ client, query: { q: external_id, limit: 50 } }));
        const isKept = items.some(
          (one) =>
            one.entity_type === entity_type && one.connection_id === connection_id && one.external_id === external_id,
        );
        if (isKept) return unwrap(getRecord({ client, path: { connection_id, entity_type, external_id } }));
      }
      return null;
    },
  });
}

/** Starts a sync of this item alone, of those that failed in a sync, and opens it. */
export function useRetryItem() {
  const { client } = useOrganization();
  const open = useOpenSync();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: ({ sync_id, external_id }: Pick<HistoryEntry, 'sync_id' | 'external_id'>) => {
      const body = { external_id };
      const headers = { 'Idempotency-Key': keyFor({ sync_id, external_id }) };
      return unwrap(retryFailedItems({ client, path: { sync_id }, body, headers }));
    },
    onSuccess: open,
  });
}

/** Computes how to take back what a sync did with this item alone, and opens the preview of that. */
export function useUndoItem() {
  const { client } = useOrganization();
  const open = useOpenSync();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: ({ sync_id, external_id }: Pick<HistoryEntry, 'sync_id' | 'external_id'>) => {
      const body = { external_id };
      const headers = { 'Idempotency-Key': keyFor({ sync_id, external_id }) };
      return unwrap(undoRun({ client, path: { sync_id }, body, headers }));
    },
    onSuccess: open,
  });
}

function useOpenSync() {
  const { orgId } = useOrganization();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  return ({ sync_id }: { readonly sync_id: string }) => {
    void queries.invalidateQueries({ queryKey: [orgId, 'item'], refetchType: 'none' });
    navigate(syncPath(sync_id));
  };
}

/** Says which entry of another system is the same, or that none is. Throws nothing for a refusal, which its result tells. */
export function useLink(connectionId: string) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SetBindings) => unwrap(setBindings({ client, path: { connection_id: connectionId }, body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'item'] }),
  });
}

/** Unlinks two entries; nothing is deleted in their systems. */
export function useUnlink(connectionId: string) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (query: RemoveBindingData['query']) =>
      unwrap(removeBinding({ client, path: { connection_id: connectionId }, query })),
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'item'] }),
  });
}
