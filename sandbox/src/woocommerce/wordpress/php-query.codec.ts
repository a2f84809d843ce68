/** A value as PHP decodes it from a query string or a form: text, or nested by `key[sub]`. Lists have the keys 0, 1, 2… */
type PhpValue = string | PhpParams;
export interface PhpParams {
  [key: string]: PhpValue;
}

/** Reads `a=1&b[]=2&c[x]=3` as PHP does; a repeated plain key keeps its last value. */
export function parsePhpQuery(text: string): PhpParams {
  const params: PhpParams = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const cut = pair.indexOf('=');
    const key = decode(cut < 0 ? pair : pair.slice(0, cut));
    const value = cut < 0 ? '' : decode(pair.slice(cut + 1));
    const [, name, brackets] = /^([^[]+)((?:\[[^\]]*\])*)/.exec(key) ?? [];
    if (name === undefined) continue;
    const path = [...(brackets ?? '').matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '');
    assign(params, [name, ...path], value);
  }
  return params;
}

/** Writes a query string. `encode` is PHP's urlencode, except for WordPress's raw join. */
export function buildPhpQuery(params: Readonly<Record<string, unknown>>, encode = urlencode): string {
  const pairs: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, `${name}%5B${encode(key)}%5D`);
    } else {
      pairs.push(`${name}=${encode(typeof value === 'boolean' ? String(Number(value)) : String(value))}`);
    }
  };
  for (const [key, value] of Object.entries(params)) visit(value, encode(key));
  return pairs.join('&');
}

/** RFC 3986, as PHP's rawurlencode: `~` stays, `!'()*` do not. */
export function rawurlencode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function urlencode(text: string): string {
  return rawurlencode(text).replaceAll('%20', '+').replaceAll('~', '%7E');
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced; // PHP passes malformed escapes through
  }
}

function assign(target: PhpParams, path: readonly string[], value: string): void {
  const [head = '', ...rest] = path;
  const key = head === '' ? String(Object.keys(target).length) : head;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const existing = target[key];
  const child: PhpParams = typeof existing === 'object' ? existing : Object.create(null);
  target[key] = child;
  assign(child, rest, value);
}
