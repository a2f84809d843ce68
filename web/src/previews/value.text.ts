/** A value as text. List entries stand on lines of their own. The empty string means no value. */
export function valueText(value: unknown): string {
  return Array.isArray(value) ? value.map(inLine).join('\n') : inLine(value);
}

function inLine(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(inLine).join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .flatMap(([name, inner]) =>
      isEmpty(inner) ? [] : [`${name}: ${isPlainObject(inner) ? `{${inLine(inner)}}` : inLine(inner)}`],
    )
    .join(', ');
}

export interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

/** The non-empty fields of an item by their paths. Lists are kept whole. */
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

/** A name for the item; undefined when it has none. */
export function itemName(data: Readonly<Record<string, unknown>> | null): string | undefined {
  const found = NAMES.map((name) => data?.[name]).find((value) => typeof value === 'string' && value !== '');
  return found as string | undefined;
}
