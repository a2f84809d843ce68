import type { SyncListItem } from '@sync-operations/client';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState } from 'react';
import { SyncRow } from './sync.row.tsx';
import type { OnChange } from './syncs.filters.ts';
import '../ui/table.css';

interface Props {
  readonly rows: readonly SyncListItem[];
  readonly sort: string;
  readonly onChange: OnChange;
  /** Undefined: nothing can be selected. */
  readonly selected: ReadonlySet<string> | undefined;
  readonly onSelect: (syncIds: readonly string[], isSelected: boolean) => void;
}

const ROW_PX = 64;
const COLUMNS = 8;

/** The rows in the window alone are in the page, so that a list of ten thousand scrolls like one of ten. */
export function SyncsTable({ rows, sort, onChange, selected, onSelect }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const place = () => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    place();
    window.addEventListener('resize', place);
    return () => window.removeEventListener('resize', place);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.sync_id ?? index,
  });
  const shown = virtual.getVirtualItems();
  const before = (shown[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? top) - top);
  const isAll = selected !== undefined && rows.length > 0 && rows.every(({ sync_id }) => selected.has(sync_id));
  return (
    <div className="card syncs-card">
      <table className="table table-cards syncs-table" aria-rowcount={rows.length + 1}>
        <caption className="visually-hidden">Syncs</caption>
        <thead>
          <tr>
            {selected && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label="Select all that are listed"
                  checked={isAll}
                  onChange={({ target }) =>
                    onSelect(
                      rows.map(({ sync_id }) => sync_id),
                      target.checked,
                    )
                  }
                />
              </th>
            )}
            <th scope="col">Sync</th>
            <th scope="col">Status</th>
            <th scope="col">Items</th>
            <th scope="col" className="num">
              Failed
            </th>
            <th scope="col" className="num">
              Time
            </th>
            <SortHead title="Started" by="started_at" sort={sort} onChange={onChange} />
            <SortHead title="Ended" by="completed_at" sort={sort} onChange={onChange} />
          </tr>
        </thead>
        <tbody ref={body}>
          <Gap height={before} />
          {shown.map(({ index, key }) => {
            const sync = rows[index];
            return sync ? (
              <SyncRow
                key={key}
                ref={virtual.measureElement}
                index={index}
                sync={sync}
                isSelected={selected?.has(sync.sync_id)}
                onSelect={(isSelected) => onSelect([sync.sync_id], isSelected)}
              />
            ) : null;
          })}
          <Gap height={after} />
        </tbody>
      </table>
    </div>
  );
}

/** In the place of the rows that are not in the window. */
function Gap({ height }: { readonly height: number }) {
  if (height <= 0) return null;
  return (
    <tr className="syncs-gap" style={{ height }}>
      <td colSpan={COLUMNS} />
    </tr>
  );
}

interface SortHeadProps {
  readonly title: string;
  readonly by: string;
  readonly sort: string;
  readonly onChange: OnChange;
}

/** A column by which the list can be sorted; pressed again, the other way round. */
function SortHead({ title, by, sort, onChange }: SortHeadProps) {
  const isDown = sort === `-${by}`;
  const isUp = sort === by;
  return (
    <th scope="col" aria-sort={isDown ? 'descending' : isUp ? 'ascending' : undefined}>
      <button type="button" className="sort-button" onClick={() => onChange({ sort: isDown ? by : `-${by}` })}>
        {title} <span aria-hidden="true">{isDown ? '↓' : isUp ? '↑' : ''}</span>
      </button>
    </th>
  );
}
