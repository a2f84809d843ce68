import type { PreviewChange } from '../../../clients/typescript/src/index.ts';
import { CHANGE_KINDS, itemName } from './change.words.ts';
import { FieldChanges } from './field.changes.tsx';

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
        <FieldChanges
          fields={fields}
          label={`Fields of item ${external_id}`}
          old={change.kind === 'conflict' ? undefined : isDone ? 'Before' : 'Now'}
          next={change.kind === 'conflict' ? undefined : isDone ? 'After' : 'Would be'}
        />
      )}
      {data && (
        <details>
          <summary className="small">The whole item</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(data, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}
