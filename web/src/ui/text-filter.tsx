import { useEffect, useId, useState } from 'react';
import { Field } from './field.tsx';

interface Props {
  readonly label: string;
  readonly value: string | undefined;
  /** Called when the reader is done: with Enter, by leaving the field, by clearing it, by taking a suggestion. */
  readonly onChange: (value: string | undefined) => void;
  readonly placeholder?: string;
  readonly suggestions?: readonly string[];
}

/** A filter that is typed whole; half a word would match nothing, so it does not apply while it is typed. */
export function TextFilter({ label, value = '', onChange, placeholder, suggestions = [] }: Props) {
  const [typed, setTyped] = useState(value);
  const list = useId();
  // A link or the browser's own back button changes what is filtered, too.
  useEffect(() => setTyped(value), [value]);
  const apply = (text: string) => text.trim() !== value && onChange(text.trim() || undefined);
  return (
    <div>
      <Field label={label}>
        <input
          type="search"
          value={typed}
          placeholder={placeholder}
          list={suggestions.length > 0 ? list : undefined}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => {
            setTyped(target.value);
            if (target.value === '' || suggestions.includes(target.value)) apply(target.value);
          }}
          onKeyDown={({ key }) => key === 'Enter' && apply(typed)}
          onBlur={() => apply(typed)}
        />
      </Field>
      {suggestions.length > 0 && (
        <datalist id={list}>
          {suggestions.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </div>
  );
}
