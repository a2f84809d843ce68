/** WordPress's sanitize_title(): `Kaffee & Kuchen – “Größe” <em>33</em>` → `kaffee-kuchen-grose-33`. */
export function slugOf(title: string): string {
  const plain = title
    .replace(/<[^>]*>/g, '')
    .replaceAll('ß', 's')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
  const words = plain.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  return encodeURIComponent(words).toLowerCase(); // other scripts are percent-encoded in the database too
}

/** WordPress's wpautop(): puts paragraphs around the lines of a text that has none (recording 61). */
export function paragraphsOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  if (/<(?:p|ul|ol|div|table|h[1-6]|blockquote|pre)\b/i.test(trimmed)) return `${trimmed}\n`;
  const paragraphs = trimmed.split(/\n\s*\n/).map((part) => `<p>${part.trim().replaceAll('\n', '<br />\n')}</p>\n`);
  return paragraphs.join('');
}

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]+$/i;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;

/** WordPress's is_email(): narrower than the RFC, without quoted parts, and with a dot in the domain. */
export function isEmail(text: string): boolean {
  const [local = '', domain = '', ...more] = text.split('@');
  const labels = domain.split('.');
  return (
    text.length >= 6 &&
    more.length === 0 &&
    LOCAL.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label))
  );
}
