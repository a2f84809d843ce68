import { valueText } from './value.text.ts';

/** Longer ones are folded away, so that one member does not push all others out of sight. */
const MOST_LENGTH = 240;
const MOST_LINES = 4;

/** What a member holds, as text. */
export function ItemValue({ value }: { readonly value: unknown }) {
  const text = valueText(value);
  if (text.length <= MOST_LENGTH && text.split('\n').length <= MOST_LINES) return text;
  const short = Array.isArray(value) ? `${value.length} entries` : `${text.slice(0, 80).trimEnd()} …`;
  return (
    <details>
      <summary>{short}</summary>
      {text}
    </details>
  );
}
