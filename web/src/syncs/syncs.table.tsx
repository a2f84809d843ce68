import { useRef } from 'react';
import { Gap, useWindowRows } from '../ui/window-rows.tsx';
import { SyncRow } from './sync.row.tsx';
import type { OnChange } from './syncs.filters.ts';
import type { SyncRowItem } from './syncs.queries.ts';
import '../ui/table.css';

interface Props {
  readonly rows: readonly SyncRowItem[];
  readonly sort: string;
  readonly onChange: OnChange;
  /** Undefined: nothing can be selected. */
  readonly selected: ReadonlySet<string> | undefined;
  /** Must be the same function while nothing changes. */
  readonly onSelect: (syncIds: readonly string[], isSelected: boolean) => void;
}

const ROW_PX = 64;
const COLUMNS = 8;

export function SyncsTable({ rows, sort, onChange, selected, onSelect }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { shown, measure, before, after } = useWindowRows(body, rows, ROW_PX);
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
          <Gap height={before} columns={COLUMNS} />
          {shown.map(({ index, key }) => {
            const sync = rows[index];
            return sync ? (
              <SyncRow
                key={key}
                ref={measure}
                index={index}
                sync={sync}
                isSelected={selected?.has(sync.sync_id)}
                onSelect={onSelect}
              />
            ) : null;
          })}
          <Gap height={after} columns={COLUMNS} />
        </tbody>
      </table>
    </div>
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
