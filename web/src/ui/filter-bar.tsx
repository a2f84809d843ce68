import { type ReactNode, useEffect, useId, useState } from 'react';
import { Field } from './field.tsx';
import './filter-bar.css';

/** The filters of a page. */
export function FilterBar({ children }: { readonly children: ReactNode }) {
  return (
    <search className="filter-bar" aria-label="Filters">
      {children}
    </search>
  );
}

interface TextFilterProps {
  readonly label: string;
  readonly value: string | undefined;
  /** Called on Enter, when the field loses the focus or is cleared, and when a suggestion is chosen. */
  readonly onChange: (value: string | undefined) => void;
  readonly placeholder?: string;
  readonly suggestions?: readonly string[];
}

/** A text filter with exact match. It does not apply while the user types, because half a word matches nothing. */
export function TextFilter({ label, value = '', onChange, placeholder, suggestions = [] }: TextFilterProps) {
  const [typed, setTyped] = useState(value);
  const list = useId();
  // Links and the back button change the filter, too.
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
