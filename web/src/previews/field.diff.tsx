import type { FieldChange } from '../../../clients/typescript/src/index.ts';
import { type Part, textParts } from './text.parts.ts';
import { valueText } from './value.text.ts';
import './changes.css';

/** Old and new of each field, side by side, or one below the other where it is narrow. */
export function FieldDiff({ fields, name }: { readonly fields: readonly FieldChange[]; readonly name: string }) {
  return (
    <table className="field-diff" aria-label={`Fields of ${name} that change`}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Now</th>
          <th scope="col">Will be</th>
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

function FieldRow({ field }: { readonly field: FieldChange }) {
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
