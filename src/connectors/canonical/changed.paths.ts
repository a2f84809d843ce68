/** The paths of an object that may be written, such as `email` or `billing.city`; null for all, as in a create. */
export type Changes = readonly string[] | null;

/** True when the paths name the member or a part of it: `billing.city` changes `billing`. */
export function changes(paths: Changes, member: string): boolean {
  return paths === null || paths.some((path) => path === member || path.startsWith(`${member}.`));
}

/** The members of an object that may be written: all of them when the paths name the object itself. */
export function changedMembers<T extends object>(paths: Changes, member: string, value: T): Partial<T> {
  if (paths === null || paths.includes(member)) return value;
  const entries = Object.entries(value).filter(([name]) => changes(paths, `${member}.${name}`));
  return Object.fromEntries(entries) as Partial<T>;
}
