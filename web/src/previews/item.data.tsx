import { useState } from 'react';
import { Breakable } from '../ui/breakable.tsx';
import { Button } from '../ui/button.tsx';
import { leavesOf, valueText } from './value.text.ts';

/** Fields shown at first; an item with variations has hundreds. */
const FIRST = 8;

/** The fields of an item. */
export function ItemData({ data }: { readonly data: Readonly<Record<string, unknown>> }) {
  const [all, setAll] = useState(false);
  const leaves = leavesOf(data);
  const hidden = leaves.length - FIRST;
  return (
    <>
      <dl className="item-data">
        {(all ? leaves : leaves.slice(0, FIRST)).map(({ path, value }) => (
          <div key={path}>
            <dt className="break">
              <Breakable text={path} />
            </dt>
            <dd>
              <ItemValue value={value} />
            </dd>
          </div>
        ))}
      </dl>
      {hidden > 0 && (
        <div>
          <Button size="small" variant="ghost" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Show less' : `Show ${hidden} more`}
          </Button>
        </div>
      )}
    </>
  );
}

/** Longer values are collapsed, so that one field does not push the others out of view. */
const MOST_LENGTH = 240;
const MOST_LINES = 4;

/** The value of a field as text. */
function ItemValue({ value }: { readonly value: unknown }) {
  const text = valueText(value);
  if (text.length <= MOST_LENGTH && text.split('\n').length <= MOST_LINES) return <Breakable text={text} />;
  const short = Array.isArray(value) ? `${value.length} entries` : `${text.slice(0, 80).trimEnd()} …`;
  return (
    <details>
      <summary>{short}</summary>
      <Breakable text={text} />
    </details>
  );
}
