import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useCallback, useLayoutEffect, useState } from 'react';

export interface WindowRows {
  readonly shown: readonly { readonly index: number; readonly key: React.Key }[];
  /** For each row that is shown, which also needs its index as `data-index`. */
  readonly measure: (row: HTMLTableRowElement | null) => void;
  /** Pixels of the rows that are not in the page. */
  readonly before: number;
  readonly after: number;
}

/**
 * Which rows of a table are in the window: those alone are in the page, so that a list of ten thousand scrolls like one of ten. `rows` must
 * be the same array while nothing changes.
 */
export function useWindowRows(
  body: RefObject<HTMLTableSectionElement | null>,
  rows: readonly { readonly sync_id: string }[],
  rowPx: number,
): WindowRows {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const place = () => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    place();
    window.addEventListener('resize', place);
    return () => window.removeEventListener('resize', place);
  }, [body]);
  // The places of all rows are computed anew with each function: a new one for new rows alone, not for each frame of scrolling.
  const getItemKey = useCallback((index: number) => rows[index]?.sync_id ?? index, [rows]);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowPx,
    overscan: 12,
    scrollMargin: top,
    getItemKey,
  });
  const shown = virtual.getVirtualItems();
  return {
    shown: shown.map(({ index, key }) => ({ index, key: String(key) })),
    measure: virtual.measureElement,
    before: (shown[0]?.start ?? top) - top,
    after: virtual.getTotalSize() - ((shown.at(-1)?.end ?? top) - top),
  };
}

/** In the place of the rows that are not in the window. */
export function Gap({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr className="rows-gap" style={{ height }}>
      <td colSpan={columns} />
    </tr>
  );
}
