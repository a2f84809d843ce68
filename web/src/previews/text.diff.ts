/** A part of a text; `differs`: it is not in the other text. */
export interface Part {
  readonly text: string;
  readonly differs: boolean;
}

/** Words, decimal numbers, white space and single punctuation marks. */
const TOKENS = /\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}]+|\s+|[^\p{L}\p{N}\s]/gu;
/** The comparison costs the product of both lengths. Longer texts are compared only by their common start and end. */
const MAX_TOKENS = 400;

/** Where two texts differ, word by word: the parts of each text. */
export function textDiff(old: string, next: string): { readonly old: readonly Part[]; readonly new: readonly Part[] } {
  const a = old.match(TOKENS) ?? [];
  const b = next.match(TOKENS) ?? [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  const isShort = middleA.length <= MAX_TOKENS && middleB.length <= MAX_TOKENS;
  const common = isShort ? commonTokens(middleA, middleB) : { a: new Set<number>(), b: new Set<number>() };
  const side = (tokens: readonly string[], middle: readonly string[], kept: ReadonlySet<number>) =>
    joined(
      tokens.map((text, i) => ({ text, differs: i >= start && i < start + middle.length && !kept.has(i - start) })),
    );
  return { old: side(a, middleA, common.a), new: side(b, middleB, common.b) };
}

/** The positions of a longest common subsequence. */
function commonTokens(a: readonly string[], b: readonly string[]) {
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found = { a: new Set<number>(), b: new Set<number>() };
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      found.a.add(i++);
      found.b.add(j++);
    } else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

/** Joins neighbours of one kind. White space between two differing parts differs with them. */
function joined(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  parts.forEach((part, index) => {
    const isBetween =
      part.text.trim() === '' && parts[index - 1]?.differs === true && parts[index + 1]?.differs === true;
    const differs = part.differs || isBetween;
    const last = result.at(-1);
    if (last?.differs === differs) result[result.length - 1] = { text: last.text + part.text, differs };
    else result.push({ text: part.text, differs });
  });
  return result;
}
