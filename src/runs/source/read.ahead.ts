import type { Cursor, Page } from '../../connectors/contract/connector.types.ts';

/** The pages of a source, the next one being read while the caller works on this one: two are in memory, never more. */
export async function* readAhead(
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
    // Its failure is the next turn's; until then nobody listens.
    ahead.catch(() => undefined);
    yield page;
  }
}
