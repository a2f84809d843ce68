import { type FieldValues, valueText } from './field.values.ts';
import '../ui/table.css';

interface Props {
  readonly fields: readonly FieldValues[];
  readonly label: string;
  /** Over the columns; default: where each value is, as fits what stands against each other. */
  readonly old?: string | undefined;
  readonly next?: string | undefined;
}

/** Old and new of each field, side by side. */
export function FieldChanges({ fields, label, old = 'At the destination', next = 'From the source' }: Props) {
  return (
    <table className="table field-changes" aria-label={label}>
      <thead>
        <tr>
          <th>Field</th>
          <th>{old}</th>
          <th>{next}</th>
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
