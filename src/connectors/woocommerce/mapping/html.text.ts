/** Tags and comments, and the entities between them that mean nothing but the sign itself. */
const TOKEN = /<[a-z/!?][^>]*>|&(?:amp;(?!#?\w+;)|lt;(?![a-z/!?])|gt;|#0+(?=\d))/gi;
const SIGNS: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

/** A description as people wrote it: the shop stores a bare & or > as an entity, which makes no difference to a browser. */
export function htmlFromShop(html: string): string {
  return html.replace(TOKEN, (found) => SIGNS[found] ?? (found.startsWith('&#') ? '&#' : found));
}

/** Escapes a < that begins no tag: the shop removes it with all that follows to the next >. */
export function htmlToShop(html: string): string {
  return html.replace(/<(?![a-z/!?])/gi, '&lt;');
}

/** Whether a browser shows both alike: quotes, spaces and slashes within tags make no difference. */
export function isSameHtml(a: string, b: string): boolean {
  return comparable(a) === comparable(b);
}

function comparable(html: string): string {
  return htmlFromShop(html)
    .replace(/<([a-z/!?][^>]*)>/gi, (_tag, inner: string) => `<${inner.toLowerCase().replace(/[\s"';]|\/$/g, '')}>`)
    .replaceAll('\r\n', '\n');
}
