import type { PreviewChange } from '@sync-operations/client';
import { FieldDiff } from './field.diff.tsx';
import { ItemData } from './item.data.tsx';
import { itemName } from './value.text.ts';

/** What would become of one item: its fields old and new, or the whole where one side is not there. */
export function ChangeItem({ change }: { readonly change: PreviewChange }) {
  const { kind, external_id, destination_id, fields, reason, data } = change;
  const name = itemName(data);
  return (
    <li className="change">
      <div className="row change-head">
        <h3 className="break">{name ?? external_id}</h3>
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
