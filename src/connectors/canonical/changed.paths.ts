/** Which parts of an object may be written; null stands for all of it, as in a create. */
export type Changes = readonly string[] | null;

/** `billing.city` changes `billing`. */
export function changes(paths: Changes, member: string): boolean {
  return paths === null || paths.some((path) => path === member || path.startsWith(`${member}.`));
}

/** The members of an object that may be written: all when the object itself is named. */
export function changedMembers<T extends object>(paths: Changes, member: string, value: T): Partial<T> {
  if (paths === null || paths.includes(member)) return value;
  const entries = Object.entries(value).filter(([name]) => changes(paths, `${member}.${name}`));
  return Object.fromEntries(entries) as Partial<T>;
}
