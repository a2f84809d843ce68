import { useState } from 'react';
import { Button } from '../ui/button.tsx';
import { ItemValue } from './item.value.tsx';
import { leavesOf } from './value.text.ts';

/** So many are seen at once; an item with variations has hundreds. */
const FIRST = 8;

/** What an item holds, member by member. */
export function ItemData({ data }: { readonly data: Readonly<Record<string, unknown>> }) {
  const [all, setAll] = useState(false);
  const leaves = leavesOf(data);
  const hidden = leaves.length - FIRST;
  return (
    <>
      <dl className="item-data">
        {(all ? leaves : leaves.slice(0, FIRST)).map(({ path, value }) => (
          <div key={path}>
            <dt className="break">{path}</dt>
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
