import type { Item } from '../../../clients/typescript/src/index.ts';
import { Time } from '../ui/time.tsx';
import { FieldChanges } from './field.changes.tsx';
import { fieldChangesOf } from './field.values.ts';

/** One item: what is wrong with it, and what was read or sent. */
export function ItemRow({ item }: { readonly item: Item }) {
  const fields = fieldChangesOf(item.payload);
  return (
    <li>
      <div className="row between">
        <p className="item-name break">
          <span className="muted">Item</span> {item.external_id}
        </p>
        <p className="row small">
          <span className={`badge badge-${item.outcome === 'failed' ? 'bad' : 'warn'}`}>{item.outcome}</span>
          <code className="break">{item.error_class}</code>
        </p>
      </div>
      <p className="break">{item.message}</p>
      {fields && <FieldChanges fields={fields} label={`Fields of item ${item.external_id}`} />}
      <p className="muted small">
        {item.attempts === 1 ? 'Tried once' : `Tried ${item.attempts} times`}, last <Time at={item.updated_at} />
      </p>
      {item.payload !== null && (
        <details>
          <summary className="small">Payload</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(item.payload, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}
