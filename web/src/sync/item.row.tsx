import type { Item } from '@sync-operations/client';
import { FieldDiff } from '../previews/field.diff.tsx';
import { Time } from '../ui/time.tsx';
import { fieldChangesOf } from './payload.fields.ts';

/** One item: what is wrong with it, and what was read or sent. */
export function ItemRow({ item }: { readonly item: Item }) {
  const { external_id, outcome, error_class, message, payload, attempts, updated_at } = item;
  const fields = fieldChangesOf(payload);
  return (
    <li>
      <div className="row">
        <p className="item-name break">
          <span className="visually-hidden">Item </span>
          {external_id}
        </p>
        <span className={`badge badge-${outcome === 'failed' ? 'bad' : 'warn'}`}>{outcome}</span>
        <code className="break">{error_class}</code>
        <p className="item-tries muted small">
          {attempts === 1 ? 'tried once' : `tried ${attempts} times`}, last <Time at={updated_at} />
        </p>
      </div>
      {payload === null ? (
        <p className="break">{message}</p>
      ) : (
        <details>
          <summary className="break" title="Show the payload">
            {message}
          </summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(payload, null, 2)}</pre>
        </details>
      )}
      {fields && <FieldDiff fields={fields} name={external_id} isConflict />}
    </li>
  );
}
