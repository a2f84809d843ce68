import type { SyncListItem } from '@sync-operations/client';
import { useCallback, useEffect, useState } from 'react';
import { useOrganization } from '../api/organization.ts';
import { type Control, REQUESTED } from '../control/control.ts';
import { useToast } from '../ui/toast.tsx';
import { BULK, type BulkAction } from './bulk.acts.ts';
import { requestAll } from './bulk.requests.ts';
import { tellRefusals } from './refusals.tsx';

const NONE: ReadonlyMap<string, Control> = new Map();

/**
 * Acts on many syncs. What is asked for shows in the rows at once, until the row itself says so or the service refuses it; then it is taken
 * back, with the reason. `onDone`: the service has answered to all.
 */
export function useBulk(rows: readonly SyncListItem[] | undefined, onDone: () => void) {
  const { client, orgId } = useOrganization();
  const showToast = useToast();
  const [asked, setAsked] = useState(NONE);

  const forget = useCallback((syncIds: readonly string[]) => {
    if (syncIds.length === 0) return;
    setAsked((before) => new Map([...before].filter(([syncId]) => !syncIds.includes(syncId))));
  }, []);
  useEffect(() => {
    const isIn = (row: SyncListItem, control: Control) =>
      row.completed_at !== null ||
      Object.entries(REQUESTED[control]).every(([name, value]) => row[name as keyof SyncListItem] === value);
    forget(
      (rows ?? []).flatMap((row) => {
        const control = asked.get(row.sync_id);
        return control && isIn(row, control) ? row.sync_id : [];
      }),
    );
  }, [rows, asked, forget]);

  const request = async (action: BulkAction, syncs: readonly SyncListItem[]) => {
    if (action !== 'retry')
      setAsked((before) => new Map([...before, ...syncs.map((one) => [one.sync_id, action] as const)]));
    const reasons = new Map<string, string>();
    await requestAll(
      client,
      action,
      syncs.map(({ sync_id }) => sync_id),
      ({ syncId, error }) => {
        if (error === null) return;
        reasons.set(syncId, error instanceof Error ? error.message : String(error));
        forget([syncId]);
      },
    );
    const refused = syncs.flatMap((sync) => {
      const reason = reasons.get(sync.sync_id);
      return reason === undefined ? [] : [{ sync, reason }];
    });
    if (refused.length > 0) tellRefusals({ action, orgId, asked: syncs.length, refused });
    else showToast(`${BULK[action].verb} requested.`);
    onDone();
  };

  const withAsked = useCallback(
    (row: SyncListItem): SyncListItem => {
      const control = asked.get(row.sync_id);
      return control && !row.completed_at ? { ...row, ...REQUESTED[control] } : row;
    },
    [asked],
  );
  return { request, withAsked };
}
