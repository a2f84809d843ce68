/** Tags that WordPress allows in posts; wp_kses_post() knows a few more, of forms and media. */
const TAGS = new Set(
  (
    'a abbr address article aside b bdo big blockquote br button caption cite code col colgroup dd del details dfn div dl dt em ' +
    'fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd label legend li main mark menu nav ol p pre q s ' +
    'samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var'
  ).split(' '),
);

/**
 * wp_filter_post_kses(), which names and descriptions of products pass: what looks like a tag is a tag or vanishes, also `< 2 >`; a bare
 * & or > becomes an entity; a backslash is taken as an escape (recordings 651, 952).
 */
export function postText(text: string): string {
  return kses(unslashed(text));
}

function kses(text: string): string {
  return text
    .replace(/\p{Cc}/gu, (control) => ('\t\n\r'.includes(control) ? control : ''))
    .replace(/&(?!(?:[A-Za-z]{2,8}\d{0,2}|#0*\d{1,7}|#[Xx]0*[0-9A-Fa-f]{1,6});)/g, '&amp;')
    .replace(/&#0*(\d+);/g, (_entity, code: string) => `&#${code.padStart(3, '0')};`)
    .replace(/<!--.*?(?:-->|$)|<[^>]*(?:>|$)|>/gs, tag);
}

function tag(found: string): string {
  if (!found.startsWith('<')) return '&gt;';
  if (found.startsWith('<!--')) return found.endsWith('-->') ? found : `${found}-->`;
  const [, slash, name = '', rest = ''] = /^<\s*(\/\s*)?([a-zA-Z0-9-]+)([^>]*)>?$/.exec(found) ?? [];
  if (!TAGS.has(name.toLowerCase())) return '';
  if (slash) return `</${name}>`;
  const attributes = [...rest.matchAll(/([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'/]+)))?/g)];
  const kept = attributes.flatMap(([, key = '', ...values]) => {
    const value = values.find((one) => one !== undefined);
    if (/^on/i.test(key)) return [];
    return [value === undefined ? key : `${key}="${key === 'style' ? value.replace(/;\s*$/, '') : value}"`];
  });
  return `<${[name, ...kept].join(' ')}${/\/\s*$/.test(rest) ? ' /' : ''}>`;
}

/** The title of a post, without white space at its ends. An empty one is called "Product" (recording 650). */
export function titleText(text: string): string {
  return postText(text).trim() || 'Product';
}

/** wc_clean(): one line without tags, doubled spaces and percent-encoded octets. */
export function plainText(text: string): string {
  let clean = text
    .replace(/<[^>]*?(?=<|>|$)>?/g, (found) => (found.includes('>') ? found : found.replaceAll('<', '&lt;')))
    .replace(/<(script|style)[^>]*?>.*?<\/\1>/gis, '')
    .replace(/<(?!\s)[^>]*>/g, '')
    .replace(/[\r\n\t ]+/g, ' ')
    .trim();
  const octets = /%[a-f0-9]{2}/gi;
  if (octets.test(clean)) {
    while (/%[a-f0-9]{2}/i.test(clean)) clean = clean.replace(octets, '');
    clean = clean.replace(/ +/g, ' ').trim();
  }
  return clean;
}

/** The name of a category or another term (recording 330). */
export function termName(text: string): string {
  return kses(plainText(unslashed(text))).trim();
}

/** PHP's stripslashes(). */
export function unslashed(text: string): string {
  return text.replace(/\\(.?)/gs, '$1');
}
