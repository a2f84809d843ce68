import type { PreviewChange } from '@sync-operations/client';
import { FieldDiff } from '../previews/field.diff.tsx';
import { ItemData } from '../previews/item.data.tsx';
import { itemName } from '../previews/value.text.ts';
import { CHANGE_KINDS } from './change.words.ts';

interface Props {
  readonly change: PreviewChange;
  /** False: it only would be done. */
  readonly isDone: boolean;
}

/** What became, or would become, of one item. */
export function ChangeRow({ change, isDone }: Props) {
  const { external_id, destination_id, data, fields, reason } = change;
  const kind = CHANGE_KINDS.find(({ name }) => name === change.kind);
  const name = itemName(data);
  const words = isDone ? (['Before', 'After'] as const) : (['Now', 'Would be'] as const);
  return (
    <li>
      <div className="row">
        <p className="item-name break">
          <span className="visually-hidden">Item </span>
          {external_id}
        </p>
        <span className={`badge badge-${kind?.tone}`}>{isDone ? kind?.done : kind?.planned}</span>
        {name && <p className="break">{name}</p>}
        {destination_id && <p className="item-tries muted small break">at the destination {destination_id}</p>}
      </div>
      {reason && <p className="break">{reason}</p>}
      {fields.length > 0 && (
        <FieldDiff fields={fields} name={external_id} words={words} isConflict={change.kind === 'conflict'} />
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
