import { Field } from '../ui/field.tsx';
import { type ActivityParameters, type OnChange, periodOf } from './activity.filters.ts';

const CHOICES = [
  ['1', 'Last 24 hours'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['all', 'All time'],
  ['chosen', 'Custom range'],
] as const;

/** The last days, or a range of UTC days, which means the same in every time zone. */
export function PeriodFilter({
  parameters,
  onChange,
}: {
  readonly parameters: ActivityParameters;
  readonly onChange: OnChange;
}) {
  const period = periodOf(parameters);
  const value = period.kind === 'days' ? period.days : period.kind;
  return (
    <>
      <Field label="Period">
        <select
          value={value}
          onChange={({ target }) => onChange({ days: target.value, from: undefined, to: undefined })}
        >
          {!CHOICES.some(([choice]) => choice === value) && <option value={value}>Last {value} days</option>}
          {CHOICES.map(([choice, title]) => (
            <option key={choice} value={choice}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      {period.kind === 'chosen' && (
        <>
          <Field label="From (UTC)">
            <input
              type="date"
              value={period.from ?? ''}
              max={period.to}
              onChange={({ target }) => onChange({ days: 'chosen', from: target.value || undefined })}
            />
          </Field>
          <Field label="To, inclusive (UTC)">
            <input
              type="date"
              value={period.to ?? ''}
              min={period.from}
              onChange={({ target }) => onChange({ days: 'chosen', to: target.value || undefined })}
            />
          </Field>
        </>
      )}
    </>
  );
}
