import { Card } from '../ui/card.tsx';
import { capitalized, count } from '../ui/format.ts';
import { ItemData } from './item.data.tsx';
import { listsOf } from './preview.delta.ts';
import './changes.css';

/** More would be a page nobody reads; the API gives them all. */
const SHOWN = 100;

/** What another service stored, as it is: its lists, and the whole as JSON where it has none. */
export function HandDelta({ delta }: { readonly delta: Readonly<Record<string, unknown>> }) {
  const lists = listsOf(delta);
  if (lists.length === 0)
    return (
      <Card title="Content">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre tabIndex={0}>{JSON.stringify(delta, null, 2)}</pre>
      </Card>
    );
  return lists.map(({ name, items }) => (
    <Card key={name} title={`${capitalized(name)} (${count(items.length)})`}>
      {items.length === 0 ? (
        <p className="muted">None.</p>
      ) : (
        <ul className="changes" aria-label={capitalized(name)}>
          {items.slice(0, SHOWN).map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: what is in it may have no id, and its order never changes
            <li key={index} className="change">
              <HandItem item={item} />
            </li>
          ))}
        </ul>
      )}
      {items.length > SHOWN && <p className="muted">The first {SHOWN} are shown; the API gives all.</p>}
    </Card>
  ));
}

const HandItem = ({ item }: { readonly item: unknown }) =>
  typeof item === 'object' && item !== null && !Array.isArray(item) ? (
    <ItemData data={item as Record<string, unknown>} />
  ) : (
    <p className="break">{JSON.stringify(item)}</p>
  );
