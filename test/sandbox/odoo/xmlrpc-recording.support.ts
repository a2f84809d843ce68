/** For tests: the parameters, or the fault, of a recorded XML-RPC message as JSON values. */
export function readXmlRpc(xml: string): unknown[] {
  const tokens = xml.match(/<[^>]+>|[^<]+/g) ?? [];
  let at = 0;
  const values: unknown[] = [];

  const isBlank = (token: string | undefined) => token?.trim() === '';
  const next = () => {
    while (isBlank(tokens[at])) at += 1;
    return tokens[at++] ?? '';
  };
  const peek = () => {
    while (isBlank(tokens[at])) at += 1;
    return tokens[at] ?? '';
  };

  /** After `<value>`; reads up to and with `</value>`. */
  function value(): unknown {
    const type = next();
    let result: unknown;
    if (type === '<struct>') result = struct();
    else if (type === '<array>') result = list();
    else result = scalar(type);
    while (next() !== '</value>');
    return result;
  }

  function list(): unknown[] {
    const items: unknown[] = [];
    next(); // <data>
    while (next() === '<value>') items.push(value());
    return items;
  }

  function struct(): Record<string, unknown> {
    const members: [string, unknown][] = [];
    while (next() === '<member>') {
      next(); // <name>
      const name = next();
      next(); // </name>
      next(); // <value>
      members.push([name, value()]);
      next(); // </member>
    }
    return Object.fromEntries(members);
  }

  function scalar(type: string): unknown {
    if (type === '<nil/>') return null;
    if (type.endsWith('/>') || peek().startsWith('</')) return '';
    // Blanks count within a string.
    const raw = tokens[at++] ?? '';
    if (type === '<int>' || type === '<double>') return Number(raw);
    return type === '<boolean>' ? raw === '1' : unescapeXml(raw);
  }

  while (at < tokens.length) {
    if (next() === '<value>') values.push(value());
  }
  return values;
}

function unescapeXml(text: string): string {
  const plain: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(/&(\w+);/g, (whole, name: string) => plain[name] ?? whole);
}
