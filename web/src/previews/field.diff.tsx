import type { FieldChange } from '../../../clients/typescript/src/index.ts';
import { type Part, textParts } from './text.parts.ts';
import { valueText } from './value.text.ts';
import './changes.css';

interface Props {
  readonly fields: readonly FieldChange[];
  readonly name: string;
  /** Both sides changed it and none is written: neither is the old one. */
  readonly isConflict: boolean;
}

/** Old and new of each field, side by side, or one below the other where it is narrow. */
export function FieldDiff({ fields, name, isConflict }: Props) {
  const [left, right] = isConflict ? ['At the destination', 'At the source'] : ['Now', 'Will be'];
  return (
    <table className="field-diff" aria-label={`Fields of ${name} that ${isConflict ? 'differ' : 'change'}`}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">{left}</th>
          <th scope="col">{right}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <FieldRow key={field.field} field={field} labels={[left, right]} mark={isConflict ? 'mark' : undefined} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly field: FieldChange;
  /** Of the two sides, said again beside each where the head of the table has no room. */
  readonly labels: readonly [left?: string, right?: string];
  /** How what differs is marked on both sides; by itself as removed and as added. */
  readonly mark: 'mark' | undefined;
}

function FieldRow({ field, labels: [left, right], mark }: RowProps) {
  const old = valueText(field.old);
  const next = valueText(field.new);
  const parts = textParts(old, next);
  return (
    <tr>
      <th scope="row">{field.field}</th>
      <td data-label={left}>{old === '' ? <Nothing /> : parts.old.map(marked(mark ?? 'del'))}</td>
      <td data-label={right}>{next === '' ? <Nothing /> : parts.new.map(marked(mark ?? 'ins'))}</td>
    </tr>
  );
}

const marked =
  (Mark: 'del' | 'ins' | 'mark') =>
  ({ text, differs }: Part, index: number) =>
    // The pieces of a text never change their order.
    differs ? <Mark key={index}>{text}</Mark> : <span key={index}>{text}</span>;

const Nothing = () => <span className="muted">nothing</span>;
