import type { PreviewChange } from '@sync-operations/client';
import { Link } from 'wouter';
import { FieldDiff } from '../previews/field.diff.tsx';
import { ItemData } from '../previews/item.data.tsx';
import { itemName } from '../previews/value.text.ts';
import { Badge, type BadgeTone } from '../ui/badge.tsx';
import { Breakable } from '../ui/breakable.tsx';

interface Props {
  readonly change: PreviewChange;
  /** The page of the item's history. */
  readonly history: string;
  /** False: a preview, nothing was written. */
  readonly isDone: boolean;
}

/** The change of one item. */
export function ChangeRow({ change, isDone, history }: Props) {
  const { external_id, destination_id, data, fields, reason } = change;
  const kind = CHANGE_KINDS.find(({ name }) => name === change.kind);
  const name = itemName(data);
  const labels = isDone ? (['Before', 'After'] as const) : (['Now', 'Would be'] as const);
  return (
    <li>
      <div className="row">
        <p className="item-name break">
          <span className="visually-hidden">Item </span>
          <Link href={history}>{external_id}</Link>
        </p>
        <Badge tone={kind?.tone}>{isDone ? kind?.done : kind?.planned}</Badge>
        {name && (
          <p className="break">
            <Breakable text={name} />
          </p>
        )}
        {destination_id && <p className="item-tries muted small break">at the destination {destination_id}</p>}
      </div>
      {reason && <p className="break">{reason}</p>}
      {fields.length > 0 && (
        <FieldDiff fields={fields} name={external_id} labels={labels} isConflict={change.kind === 'conflict'} />
      )}
      {data && (
        <details>
          <summary className="small">The whole item</summary>
          <ItemData data={data} />
        </details>
      )}
    </li>
  );
}

interface ChangeKind {
  readonly name: PreviewChange['kind'];
  readonly planned: string;
  readonly done: string;
  readonly plural: string;
  readonly tone: BadgeTone;
}

export const CHANGE_KINDS: readonly ChangeKind[] = [
  { name: 'create', planned: 'create', done: 'created', plural: 'Creates', tone: 'good' },
  { name: 'update', planned: 'update', done: 'updated', plural: 'Updates', tone: 'info' },
  { name: 'delete', planned: 'delete', done: 'deleted', plural: 'Deletes', tone: 'bad' },
  { name: 'unbind', planned: 'unbind', done: 'unbound', plural: 'Unbound', tone: 'warn' },
  { name: 'conflict', planned: 'conflict', done: 'conflict', plural: 'Conflicts', tone: 'warn' },
];
