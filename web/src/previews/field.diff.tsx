import type { FieldChange } from '../../../clients/typescript/src/index.ts';
import { type Part, textParts } from './text.parts.ts';
import { valueText } from './value.text.ts';
import './changes.css';

interface Props {
  readonly fields: readonly Pick<FieldChange, 'field' | 'old' | 'new'>[];
  /** Of the item. */
  readonly name: string;
  /** What old and new are called, where it is not what is and what will be. */
  readonly words?: readonly [old: string, next: string];
}

/** Old and new of each field, side by side, or one below the other where it is narrow. */
export function FieldDiff({ fields, name, words = ['Now', 'Will be'] }: Props) {
  return (
    <table className="field-diff" aria-label={`Fields of ${name} that differ`}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">{words[0]}</th>
          <th scope="col">{words[1]}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <FieldRow key={field.field} field={field} />
        ))}
      </tbody>
    </table>
  );
}

function FieldRow({ field }: { readonly field: Props['fields'][number] }) {
  const old = valueText(field.old);
  const next = valueText(field.new);
  const parts = textParts(old, next);
  return (
    <tr>
      <th scope="row">{field.field}</th>
      <td className="diff-old">{old === '' ? <Nothing /> : parts.old.map(marked('del'))}</td>
      <td className="diff-new">{next === '' ? <Nothing /> : parts.new.map(marked('ins'))}</td>
    </tr>
  );
}

const marked =
  (Mark: 'del' | 'ins') =>
  ({ text, differs }: Part, index: number) =>
    // The pieces of a text never change their order.
    differs ? <Mark key={index}>{text}</Mark> : <span key={index}>{text}</span>;

const Nothing = () => <span className="muted">nothing</span>;
