/** A value as text: text as it is, a list of plain values one a line, the rest as JSON. Empty string: there is nothing. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' || one === null))
    return value.map(valueText).join('\n');
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** The members of an item that hold something, each by its path; lists whole. */
export function leavesOf(data: Readonly<Record<string, unknown>>, prefix = ''): Leaf[] {
  return Object.entries(data).flatMap(([name, value]): Leaf[] => {
    const path = prefix + name;
    if (isPlainObject(value)) return leavesOf(value, `${path}.`);
    return isEmpty(value) ? [] : [{ path, value }];
  });
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

const NAMES = ['name', 'title', 'number', 'email', 'sku'] as const;

/** What people call the item; undefined when nothing of it is a name. */
export function itemName(data: Readonly<Record<string, unknown>> | null): string | undefined {
  const found = NAMES.map((name) => data?.[name]).find((value) => typeof value === 'string' && value !== '');
  return found as string | undefined;
}
