import type { Item } from '@sync-operations/client';
import { Link } from 'wouter';
import { FieldDiff } from '../previews/field.diff.tsx';
import { Badge } from '../ui/badge.tsx';
import { Time } from '../ui/time.tsx';
import { fieldChangesOf } from './sync.counts.ts';

interface Props {
  readonly item: Item;
  /** The page of its history. */
  readonly history: string | undefined;
}

/** An item that failed, was skipped, or was written with a warning: its error, and the data that was read or sent. */
export function ItemRow({ item, history }: Props) {
  const { external_id, outcome, error_class, message, payload, attempts, updated_at } = item;
  const fields = fieldChangesOf(payload);
  return (
    <li>
      <div className="row">
        <p className="item-name break">
          <span className="visually-hidden">Item </span>
          {history ? <Link href={history}>{external_id}</Link> : external_id}
        </p>
        <Badge tone={outcome === 'failed' ? 'bad' : 'warn'}>{outcome}</Badge>
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
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard */}
          <pre tabIndex={0}>{JSON.stringify(payload, null, 2)}</pre>
        </details>
      )}
      {fields && <FieldDiff fields={fields} name={external_id} isConflict />}
    </li>
  );
}
