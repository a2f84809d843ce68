/** A number with more digits than a double may keep. It also finds texts with as many, which costs time and changes nothing. */
const LONG_NUMBER = /\d[\d.]{15}/;

/** What Python writes where a float is no number, outside of texts, which the first alternative passes over. */
const TEXT_OR_NO_NUMBER = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * JSON.parse, except that a number of which it would lose digits is the text that stands there, and so are NaN and Infinity, which are no
 * JSON: then only what reads them fails, and not the whole answer. Throws SyntaxError.
 */
export function exactJson(text: string): unknown {
  const parse = LONG_NUMBER.test(text) ? withoutLoss : (JSON.parse as (json: string) => unknown);
  try {
    return parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return parse(text.replace(TEXT_OR_NO_NUMBER, (found) => (found.startsWith('"') ? found : `"${found}"`)));
  }
}

function withoutLoss(text: string): unknown {
  const revive: Reviver = (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && digitsOf(source) !== digitsOf(String(value)) ? source : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

/** The significant digits of a number, without those that only say how large it is. */
function digitsOf(number: string): string {
  return number
    .replace(/e.*$/i, '')
    .replace(/[-+.]/g, '')
    .replace(/^0+|0+$/g, '');
}
