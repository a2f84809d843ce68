import type { ItemPage } from '@sync-operations/client';
import { Chip } from '../ui/chip.tsx';
import { count } from '../ui/format.ts';
import { itemClasses } from './item.counting.ts';
import type { ItemFilters } from './items.queries.ts';

interface Props {
  readonly sample: ItemPage;
  readonly filters: ItemFilters;
  readonly onChange: (filters: { outcome: string | undefined; error_class: string | undefined }) => void;
}

/** Error classes with how many items have each; pressing one shows only those. */
export function ItemClasses({ sample, filters, onChange }: Props) {
  const classes = itemClasses(sample);
  if (classes.length === 0) return null;
  const more = sample.next_cursor === null ? '' : '+';
  const isAll = !filters.outcome && !filters.error_class;
  return (
    <fieldset className="row item-classes">
      <legend className="visually-hidden">Show only</legend>
      <Chip pressed={isAll} onPress={() => onChange({ outcome: undefined, error_class: undefined })}>
        All <span className="muted">{count(sample.items.length) + more}</span>
      </Chip>
      {classes.map(({ error_class, outcome, many }) => (
        <Chip
          key={`${outcome} ${error_class}`}
          pressed={filters.error_class === error_class && (filters.outcome ?? outcome) === outcome}
          onPress={() => onChange({ outcome, error_class })}
        >
          <span className={outcome === 'failed' ? 'bad' : 'warn'}>{outcome}</span> {error_class}{' '}
          <span className="muted">{count(many) + more}</span>
        </Chip>
      ))}
    </fieldset>
  );
}
