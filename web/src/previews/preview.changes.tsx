import type { PreviewChange } from '@sync-operations/client';
import { previewPath, useParameters } from '../app/location.ts';
import { Breakable } from '../ui/breakable.tsx';
import { Card, Empty } from '../ui/card.tsx';
import { count } from '../ui/format.ts';
import { LoadMore } from '../ui/load-more.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { TabLinks } from '../ui/tab-links.tsx';
import { FieldDiff } from './field.diff.tsx';
import { ItemData } from './item.data.tsx';
import type { ComputedDelta } from './preview.delta.ts';
import { ChangeExport } from './preview.groups.tsx';
import { useChanges } from './preview.queries.ts';
import type { Count, KindName } from './preview.summary.ts';
import { itemName } from './value.text.ts';
import './changes.css';

const TABS: readonly { readonly kind: PreviewChange['kind']; readonly of: KindName; readonly label: string }[] = [
  { kind: 'create', of: 'creates', label: 'Creates' },
  { kind: 'update', of: 'updates', label: 'Updates' },
  { kind: 'delete', of: 'deletes', label: 'Deletes' },
  { kind: 'conflict', of: 'conflicts', label: 'Conflicts' },
];
/** Not among the counts, since nothing is written; there is a list of it for who comes from the groups. */
const UNLINKED = { kind: 'unbind', label: 'Unlinked' } as const;
const FILTER = ['kind'] as const;

interface Props {
  readonly cacheKey: string;
  readonly delta: ComputedDelta;
  readonly counts: readonly Count[];
}

/** The changes, one kind at a time. The kind is a query parameter. */
export function PreviewChanges({ cacheKey, delta, counts }: Props) {
  const [{ kind }] = useParameters(FILTER);
  const numberOf = (name: KindName) => counts.find((one) => one.name === name)?.value ?? 0;
  const withChanges = TABS.filter(({ of }) => numberOf(of) > 0);
  // Deletes first: who applies them has seen what goes.
  const first = withChanges.find((tab) => tab.kind === 'delete') ?? withChanges[0] ?? TABS[0];
  const chosen = TABS.find((tab) => tab.kind === kind) ?? first;
  if (!chosen) return null;
  const isUnlinked = kind === UNLINKED.kind;
  const hrefOf = (one: PreviewChange['kind']) => `${previewPath(cacheKey)}?kind=${one}`;
  return (
    <Card title="Changes" actions={<ChangeExport cacheKey={cacheKey} />}>
      <TabLinks
        name="Changes by kind"
        tabs={[
          ...TABS.map((tab) => ({
            href: hrefOf(tab.kind),
            current: tab === chosen && !isUnlinked,
            label: tab.label,
            count: count(numberOf(tab.of)),
          })),
          ...(isUnlinked ? [{ href: hrefOf(UNLINKED.kind), current: true, label: UNLINKED.label }] : []),
        ]}
      />
      {isUnlinked ? (
        <ChangeList key={UNLINKED.kind} cacheKey={cacheKey} syncId={delta.sync_id} kind={UNLINKED.kind} />
      ) : numberOf(chosen.of) === 0 ? (
        <Empty title={`No ${chosen.label.toLowerCase()}`} />
      ) : (
        <ChangeList key={chosen.kind} cacheKey={cacheKey} syncId={delta.sync_id} kind={chosen.kind} />
      )}
    </Card>
  );
}

interface ChangeListProps {
  readonly cacheKey: string;
  readonly syncId: string;
  readonly kind: PreviewChange['kind'];
}

function ChangeList({ cacheKey, syncId, kind }: ChangeListProps) {
  const list = useChanges(cacheKey, syncId, kind);
  const { data, error, refetch } = list;
  const changes = data?.pages.flatMap(({ items }) => items);
  return (
    <>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!changes && !error && <Skeleton lines={6} />}
      {changes && (
        <ul className="changes" aria-label={`Changes: ${kind}`}>
          {changes.map((change) => (
            <ChangeItem key={change.external_id} change={change} />
          ))}
        </ul>
      )}
      <LoadMore list={list} />
    </>
  );
}

/** The change of one item: its fields old and new, or the whole item when it would be created or deleted. */
function ChangeItem({ change }: { readonly change: PreviewChange }) {
  const { kind, external_id, destination_id, fields, reason, data } = change;
  const name = itemName(data);
  return (
    <li className="change">
      <div className="row change-head">
        <h3 className="break">
          <Breakable text={name ?? external_id} />
        </h3>
        <p className="muted small break">
          {name && `${external_id} at the source`}
          {destination_id && `${name ? ', ' : ''}${destination_id} at the destination`}
        </p>
      </div>
      {reason && <p className="change-reason break">{reason}</p>}
      {fields.length > 0 && <FieldDiff fields={fields} name={name ?? external_id} isConflict={kind === 'conflict'} />}
      {data && (kind === 'create' || kind === 'delete') && <ItemData data={data} />}
    </li>
  );
}
