import { isDeepStrictEqual } from 'node:util';

type Members = Readonly<Record<string, unknown>>;

/**
 * What an entry of the trail says of a change to how an organization works: every member as it was and as it is, of what is made and removed, and of
 * what is changed those that differ. `before` is null for what is made, `after` for what is removed. A secret is no member: name it in
 * `secrets`, and the entry says that it changed.
 */
export function changeDetails(
  before: Members | null,
  after: Members | null,
  secrets: readonly string[] = [],
): { before: Members | null; after: Members | null } {
  const names = Object.keys({ ...before, ...after });
  const differing = names.filter((name) => !isDeepStrictEqual(before?.[name], after?.[name]));
  const changed = Object.fromEntries(secrets.map((name) => [name, 'changed']));
  const told = (members: Members | null) => {
    if (members === null) return null;
    const shown = before === null || after === null ? names : differing;
    return { ...Object.fromEntries(shown.map((name) => [name, members[name] ?? null])), ...changed };
  };
  return { before: told(before), after: told(after) };
}
