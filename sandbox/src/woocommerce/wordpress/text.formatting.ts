/** A title as WordPress puts it in an address: `Kaffee & Kuchen – “Größe” <em>33</em>` → `kaffee-kuchen-grose-33`. */
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

/** A text with WordPress's paragraphs around its lines; what has paragraphs already stays as it is (recording 61). */
export function paragraphsOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  if (/<(?:p|ul|ol|div|table|h[1-6]|blockquote|pre)\b/i.test(trimmed)) return `${trimmed}\n`;
  const paragraphs = trimmed.split(/\n\s*\n/).map((part) => `<p>${part.trim().replaceAll('\n', '<br />\n')}</p>\n`);
  return paragraphs.join('');
}
