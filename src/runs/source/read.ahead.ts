import type { Cursor } from '../../connectors/contract/connector.types.ts';

/** Yields the pages of a source and reads the next page while the caller processes the current one. At most two are in memory. */
export async function* readAhead<Page extends { readonly next: Cursor | null }>(
  read: (cursor: Cursor | null) => Promise<Page>,
  start: Cursor | null,
): AsyncGenerator<Page> {
  let ahead = read(start);
  for (;;) {
    const page = await ahead;
    if (page.next === null) {
      yield page;
      return;
    }
    ahead = read(page.next);
    // The next iteration awaits it and throws its error; this prevents an unhandled rejection until then.
    ahead.catch(() => undefined);
    yield page;
  }
}
