import type { FieldChange } from '../../../clients/typescript/src/index.ts';
import { type Part, textParts } from './text.diff.ts';
import { valueText } from './value.text.ts';
import './changes.css';

/** What old and new are called of a conflict. */
const AT_BOTH_ENDS = ['At the destination', 'From the source'] as const;

interface Props {
  readonly fields: readonly Pick<FieldChange, 'field' | 'old' | 'new'>[];
  /** Of the item. */
  readonly name: string;
  /** What old and new are called, where it is not what is and what will be. */
  readonly words?: readonly [old: string, next: string];
  /** Both sides changed it and neither is written, so there is no old and no new. */
  readonly isConflict?: boolean;
}

/** Old and new of each field, side by side, or one below the other where it is narrow. */
export function FieldDiff({ fields, name, isConflict = false, words = ['Now', 'Will be'] }: Props) {
  const [left, right] = isConflict ? AT_BOTH_ENDS : words;
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
  /** Said again beside each side where the head of the table has no room. */
  readonly labels: readonly [old: string, next: string];
  readonly isConflict: boolean;
}

function FieldRow({ field, labels: [left, right], isConflict }: RowProps) {
  const old = valueText(field.old);
  const next = valueText(field.new);
  const parts = textParts(old, next);
  return (
    <tr>
      <th scope="row">{field.field}</th>
      <td data-label={left}>{old === '' ? <Nothing /> : parts.old.map(marked(isConflict ? 'mark' : 'del'))}</td>
      <td data-label={right}>{next === '' ? <Nothing /> : parts.new.map(marked(isConflict ? 'mark' : 'ins'))}</td>
    </tr>
  );
}

const marked =
  (Mark: 'del' | 'ins' | 'mark') =>
  ({ text, differs }: Part, index: number) =>
    // The pieces of a text never change their order.
    differs ? <Mark key={index}>{text}</Mark> : <span key={index}>{text}</span>;

const Nothing = () => <span className="muted">nothing</span>;
