import type { OpenAlert } from '../alert.sql.ts';
import type { RuleRow } from '../alert.types.ts';
import type { About, AlertBook } from './alert.book.ts';
import { isAbout, type SyncNames, subjectOf, subjectOfSync } from './alert.subject.ts';
import { type EndedSync, mayResolve } from './ended.sync.ts';
import { verdictOfEnd } from './ended.verdict.ts';
import type { WatchedConnection } from './look.verdict.ts';
import type { SubjectHistories } from './subject.histories.ts';

/** What an evaluation knows of an organization. */
export interface World {
  /** Those that are enabled. */
  readonly rules: readonly RuleRow[];
  readonly open: readonly OpenAlert[];
  readonly connections: readonly WatchedConnection[];
  readonly book: AlertBook;
}

/** Puts what the ends of syncs decide into the book, one after another, and the syncs into the histories. */
export function decideEnds(world: World, ended: readonly EndedSync[], histories: SubjectHistories): void {
  for (const sync of ended) {
    const { speeds } = histories.of(sync);
    for (const rule of world.rules) {
      if (!isAbout(rule, sync, sync.sync_id) || sync.ended_at < rule.watches_since) continue;
      const about = aboutSync(world.connections, rule, sync, { sync_id: sync.sync_id, run_kind: sync.run_kind });
      world.book.decide(rule, about, verdictOfEnd(rule, sync, speeds), (openedBy) => mayResolve(openedBy, sync));
    }
    histories.add(sync);
  }
}

/** A rule for one sync is about that; others about its kind. */
export function aboutSync(
  connections: readonly WatchedConnection[],
  rule: RuleRow,
  names: SyncNames,
  { sync_id, run_kind }: { readonly sync_id: string | null; readonly run_kind: string | null },
): About {
  const { connection_id, destination_connection_id, entity_type, source_system } = names;
  const nameOf = (id: string) => connections.find((connection) => connection.id === id)?.name ?? 'a removed connection';
  const from = connection_id === null ? source_system : nameOf(connection_id);
  const to =
    connection_id === null
      ? ''
      : ` to ${destination_connection_id === null ? 'records' : nameOf(destination_connection_id)}`;
  const subject = rule.sync_id !== null && sync_id !== null ? subjectOfSync(sync_id) : subjectOf(names);
  return {
    ...{ subject, connection_id, entity_type, source_system, sync_id, run_kind },
    label: `${entity_type} from ${from}${to}`,
  };
}
