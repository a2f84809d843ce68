/** A whole JSON document, and what stands around it: a plugin's notice before it, a cache's comment behind it. */
export interface FramedJson {
  readonly json: string;
  readonly around: string;
}

/** More places where a document may begin than any notice has. */
const MAX_STARTS = 20;

/**
 * Finds the document of the kind that was asked for in a text that is no JSON as a whole. It begins where a line or the text behind a tag
 * begins, and is followed by nothing or by markup. Null when there is none, when it is cut off, or when another one follows. Pure.
 */
export function findFramedJson(text: string, kind: 'list' | 'object'): FramedJson | null {
  if (/^\s*<(!doctype|html)\b/i.test(text)) return null;
  const starts = new RegExp(`(?<=^|[\\n>])[ \\t\\r]*\\${kind === 'list' ? '[' : '{'}`, 'g');
  for (let tried = 0; tried < MAX_STARTS; tried += 1) {
    const found = starts.exec(text);
    if (!found) return null;
    const start = starts.lastIndex - 1;
    const end = endOfDocument(text, start);
    if (end === null) return null;
    const json = text.slice(start, end);
    const rest = text.slice(end);
    if (isJson(json)) {
      const isAlone = /^\s*(<|$)/.test(rest) && !/[[{]\s*["{]/.test(rest);
      return isAlone ? { json, around: `${text.slice(0, start)} ${rest}`.trim() } : null;
    }
    starts.lastIndex = end;
  }
  return null;
}

const MAX_QUOTED = 100;

/** The beginning of a text that is no JSON, for a person: without tags, but with what a comment says. Pure. */
export function beginningOf(text: string): string {
  const plain = text
    .slice(0, 20 * MAX_QUOTED)
    .replace(/<!--|-->/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');
  return plain.trim().slice(0, MAX_QUOTED);
}

/** Behind the bracket that closes the one at `start`; null when the text ends before. */
function endOfDocument(text: string, start: number): number | null {
  let depth = 0;
  let inText = false;
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at];
    if (inText && sign === '\\') at += 1;
    else if (sign === '"') inText = !inText;
    else if (!inText && (sign === '[' || sign === '{')) depth += 1;
    else if (!inText && (sign === ']' || sign === '}')) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
