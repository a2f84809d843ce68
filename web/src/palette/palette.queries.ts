import { type FoundRecord, listSyncs, lookUpRecords, type SyncListItem } from '@sync-operations/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { serverNow } from '../api/server.clock.ts';
import { itemPath, syncPath } from '../app/location.ts';
import { kindText, titleOf } from '../syncs/sync.row-text.ts';
import { statusText } from '../ui/badge.tsx';
import { capitalized, count, relativeTime } from '../ui/format.ts';
import { actOf, type Command, type Rights, syncCommands } from './palette.commands.ts';

const SHOWN = 6;
/** After the last key, so that a word is one search. */
const PAUSE_MS = 150;

/** The text once nothing was typed for a moment. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The syncs and the records that the text finds, and what can be done with the syncs. After a verb, what is found is what it can be done with. */
export function useFound(searched: string, rights: Rights) {
  const { act, of: text } = actOf(searched);
  const { orgId, client } = useOrganization();
  const found = { enabled: text !== '', placeholderData: keepPreviousData };
  const syncs = useQuery({
    ...found,
    queryKey: [orgId, 'palette-syncs', text],
    queryFn: async () => (await unwrap(listSyncs({ client, query: { q: text, limit: SHOWN } }))).items,
  });
  const records = useQuery({
    ...found,
    queryKey: [orgId, 'palette-records', text],
    queryFn: async () => (await unwrap(lookUpRecords({ client, query: { q: text, limit: SHOWN } }))).items,
  });
  const none = text === '';
  return {
    isLooking: !none && (syncs.isFetching || records.isFetching),
    error: syncs.error ?? records.error,
    syncs: none
      ? []
      : act
        ? (syncs.data ?? []).flatMap((sync) =>
            syncCommands(sync, rights).filter(({ deed }) => 'act' in deed && deed.act === act),
          )
        : (syncs.data ?? []).flatMap((sync, _, all) => [
            openCommand(sync),
            // Of one alone, so that the first of many is not lost among what can be done with it.
            ...(all.length === 1 ? syncCommands(sync, rights) : []),
          ]),
    records: none || act ? [] : (records.data ?? []).map(recordCommand),
  };
}

/** By which runs between the same connections are told apart. */
function standingOf({ kind, status, conflict_count, started_at }: SyncListItem): string {
  const conflicts = conflict_count > 0 && `${count(conflict_count)} ${conflict_count === 1 ? 'conflict' : 'conflicts'}`;
  const state = [kindText(kind), statusText(status), conflicts].filter(Boolean).join(', ');
  return `${state} · ${relativeTime(started_at, serverNow())}`;
}

const openCommand = (sync: SyncListItem): Command => ({
  id: `sync ${sync.sync_id}`,
  title: titleOf(sync),
  hint: `${standingOf(sync)} · ${sync.sync_id}`,
  deed: { go: syncPath(sync.sync_id) },
});

const recordCommand = ({
  entity_type,
  external_id,
  connection_id,
  connection_name,
  known_as,
}: FoundRecord): Command => ({
  id: `record ${entity_type} ${connection_id} ${external_id}`,
  title: `${capitalized(entity_type)} ${known_as ?? external_id}`,
  hint: known_as === null ? connection_name : `${external_id} in ${connection_name}`,
  deed: { go: itemPath({ entity_type, external_id, connection_id }) },
});
