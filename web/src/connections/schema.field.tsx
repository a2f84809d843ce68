import { Field } from '../ui/field.tsx';
import type { FormProperty } from './schema.draft.ts';
import '../ui/field.css';

interface Choice {
  readonly value: string;
  readonly text: string;
}

interface Props {
  readonly property: FormProperty;
  readonly value: string | boolean;
  readonly onChange: (value: string | boolean) => void;
  readonly required: boolean;
  readonly error?: string | undefined;
  /** Choices that the page knows; shown as a select in place of a text field. */
  readonly choices?: readonly Choice[] | undefined;
}

/** One property of a schema as a control with title, description and error. */
export function SchemaField({ property, value, onChange, required, error, choices }: Props) {
  const { title, description } = property;
  if (property.type === 'boolean')
    return (
      <div className="field">
        <label className="field-check">
          <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.target.checked)} />
          {title}
        </label>
        {description && <p className="muted small">{description}</p>}
        {error && <p className="bad small">{error}</p>}
      </div>
    );
  return (
    <Field label={title} hint={description} error={error} optional={!required && property.default === undefined}>
      {control(property, String(value), onChange, choices)}
    </Field>
  );
}

function control(
  property: FormProperty,
  value: string,
  onChange: (value: string) => void,
  choices: readonly Choice[] | undefined,
) {
  const { type, secret, minimum, maximum, maxLength } = property;
  const options = choices ?? property.enum?.map((one) => ({ value: one, text: one }));
  if (options)
    return (
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {!options.some((one) => one.value === value) && <option value={value}>{value || 'Choose …'}</option>}
        {options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.text}
          </option>
        ))}
      </select>
    );
  if (type === 'object' || type === 'array')
    return (
      <textarea
        className="mono"
        rows={type === 'array' ? 2 : 4}
        spellCheck={false}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  if (type === 'integer' || type === 'number')
    return (
      <input
        className="conn-number"
        type="number"
        inputMode="decimal"
        step={type === 'integer' ? 1 : 'any'}
        min={minimum}
        max={maximum}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  return (
    <input
      type={secret ? 'password' : 'text'}
      // Not a password of the user: the browser must not offer or store it.
      autoComplete={secret ? 'new-password' : 'off'}
      spellCheck={false}
      maxLength={maxLength}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
