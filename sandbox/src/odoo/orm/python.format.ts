/** A number that Python prints with a decimal point: `6.0`. */
export class PythonFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  toJSON(): number {
    return this.value;
  }

  toString(): string {
    return Number.isInteger(this.value) && Math.abs(this.value) < 1e16 ? `${this.value}.0` : String(this.value);
  }
}

/** JSON as Python's json.dumps writes it for Odoo: `{"a": 1.0, "b": [1, 2]}`, without escaping non-ASCII letters. */
export function toPythonJson(value: unknown): string {
  if (value instanceof PythonFloat) return value.toString();
  if (Array.isArray(value)) return `[${value.map(toPythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}: ${toPythonJson(member)}`).join(', ')}}`;
  }
  return value === undefined ? 'null' : JSON.stringify(value);
}

/** Python's repr() of a JSON value, as it appears in messages. */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return reprOfText(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object' && !(value instanceof PythonFloat)) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${reprOfText(key)}: ${pythonRepr(member)}`)
      .join(', ')}}`;
  }
  return String(value);
}

/** The repr of a tuple: a condition in a message. */
export function pythonTuple(items: readonly unknown[]): string {
  return `(${items.map(pythonRepr).join(', ')}${items.length === 1 ? ',' : ''})`;
}

function reprOfText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`).replaceAll('\n', '\\n');
  return `${quote}${escaped}${quote}`;
}
