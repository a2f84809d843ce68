import { Card } from '../ui/card.tsx';
import { capitalized, count } from '../ui/format.ts';
import { ItemData } from './item.data.tsx';
import { listsOf } from './preview.delta.ts';
import './changes.css';

/** Longer lists are cut; the API returns all items. */
const SHOWN = 100;

/** A preview that another service stored: its lists, or the whole content as JSON. */
export function ExternalDelta({ delta }: { readonly delta: Readonly<Record<string, unknown>> }) {
  const lists = listsOf(delta);
  if (lists.length === 0)
    return (
      <Card title="Content">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable element must be reachable by keyboard */}
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
            // biome-ignore lint/suspicious/noArrayIndexKey: the items may have no id, and their order never changes
            <li key={index} className="change">
              <ExternalItem item={item} />
            </li>
          ))}
        </ul>
      )}
      {items.length > SHOWN && <p className="muted">Only the first {SHOWN} are shown. The API returns all of them.</p>}
    </Card>
  ));
}

const ExternalItem = ({ item }: { readonly item: unknown }) =>
  typeof item === 'object' && item !== null && !Array.isArray(item) ? (
    <ItemData data={item as Record<string, unknown>} />
  ) : (
    <p className="break">{JSON.stringify(item)}</p>
  );
