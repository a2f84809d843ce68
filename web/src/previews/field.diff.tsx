import type { FieldChange } from '@sync-operations/client';
import { type Part, textDiff } from './text.diff.ts';
import { valueText } from './value.text.ts';
import './changes.css';

/** The column names of a change, and of a conflict. */
const CHANGE_LABELS = ['Now', 'Will be'] as const;
const CONFLICT_LABELS = ['At the destination', 'From the source'] as const;

interface Props {
  readonly fields: readonly Pick<FieldChange, 'field' | 'old' | 'new'>[];
  /** The name of the item. */
  readonly name: string;
  /** The names of the two columns; default: those of a change or of a conflict. */
  readonly labels?: readonly [old: string, next: string];
  /** Both systems changed the item and neither value is written, so there is no old and no new. */
  readonly isConflict?: boolean;
}

/** The old and new value of each field, side by side; one below the other in a narrow window. */
export function FieldDiff({ fields, name, isConflict = false, labels }: Props) {
  const [left, right] = labels ?? (isConflict ? CONFLICT_LABELS : CHANGE_LABELS);
  return (
    <table className="field-diff" aria-label={`Fields of ${name} that differ`}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">{left}</th>
          <th scope="col">{right}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <FieldRow key={field.field} field={field} labels={[left, right]} isConflict={isConflict} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly field: Props['fields'][number];
  /** Repeated beside each value where the table has no header. */
  readonly labels: readonly [old: string, next: string];
  readonly isConflict: boolean;
}

function FieldRow({ field, labels: [left, right], isConflict }: RowProps) {
  const old = valueText(field.old);
  const next = valueText(field.new);
  const parts = textDiff(old, next);
  return (
    <tr>
      <th scope="row">{field.field}</th>
      <td data-label={left}>{old === '' ? <Empty /> : parts.old.map(marked(isConflict ? 'mark' : 'del'))}</td>
      <td data-label={right}>{next === '' ? <Empty /> : parts.new.map(marked(isConflict ? 'mark' : 'ins'))}</td>
    </tr>
  );
}

const marked =
  (Mark: 'del' | 'ins' | 'mark') =>
  ({ text, differs }: Part, index: number) =>
    // The parts of a text never change their order.
    differs ? <Mark key={index}>{text}</Mark> : <span key={index}>{text}</span>;

const Empty = () => <span className="muted">empty</span>;
