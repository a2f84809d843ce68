import { type FieldValues, valueText } from './field.values.ts';
import '../ui/table.css';

/** Old and new of each field, side by side. */
export function FieldChanges({ fields, label }: { readonly fields: readonly FieldValues[]; readonly label: string }) {
  return (
    <table className="table field-changes" aria-label={label}>
      <thead>
        <tr>
          <th>Field</th>
          <th>At the destination</th>
          <th>From the source</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((change) => (
          <tr key={change.field}>
            <th scope="row" className="break">
              {change.field}
            </th>
            <td className="break field-old">{valueText(change.old)}</td>
            <td className="break field-new">{valueText(change.new)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
