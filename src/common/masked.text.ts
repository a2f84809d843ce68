/** What stands in place of what may be a person's. */
export const MASK = '[masked]';

/** As the trail recognises it (app.with_tokens). */
const ADDRESS =
  /[^\s"\\<>(),:;@{}[\]'“”„«»=/|~]+@(?:[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.]+\.)+[^\s"\\<>(),:;@{}[\]'“”„«»=/|~.0-9!?*&%#+_-]{2,}/gu;
/**
 * Errors of ours and of others put the values that they speak of into quotation marks, of whichever sort. One that is not closed was cut. An
 * apostrophe is one only where no letter stands before it.
 */
const TYPOGRAPHIC = /“[^”]*(?:”|$)|„[^“”]*(?:[“”]|$)|«[^»]*(?:»|$)|‘[^’]*(?:’|$)/gu;
const SINGLE = /(?<![\p{L}\p{N}])'(?:\\.|[^'\\])*(?:'(?![\p{L}\p{N}])|\\?$)/gsu;
const DOUBLE = /"[^"]*"/g;
/** Each opens before a word and closes behind one. Otherwise a value has some of its own, as JSON has, and where it ends is not known. */
const WELL_QUOTED = /^(?:[^"]*(?<=^|[\s([])"(?=[^\s"])[^"]*(?<=[^\s"\\])"(?=$|[\s)\].,;:!?…]))*[^"]*$/u;
/** With a plus, a zero or a bracket before it, or in three groups as in America. A time, an id and an amount have none of these. */
const PHONE =
  /(?<![\p{L}\p{N}.:_-])(?:(?:\+ ?|0(?=[\d\s(/-])|\()[\d\s()./-]{5,}\d|\d{3}[-. ]\d{3}[-. ]\d{4})(?![\p{L}\p{N}])/gu;

/**
 * A text without what may be a person's, for whoever need not be allowed to see values of items: readers of logs, and of alerts. Of an error it
 * leaves what happened, and takes every value that the text quotes. Who writes a message puts values into quotation marks.
 */
export function masked(text: string): string {
  return withoutDouble(text.replaceAll(TYPOGRAPHIC, MASK))
    .replaceAll(SINGLE, MASK)
    .replaceAll(ADDRESS, MASK)
    .replaceAll(PHONE, MASK);
}

function withoutDouble(text: string): string {
  const first = text.indexOf('"');
  if (first < 0) return text;
  return WELL_QUOTED.test(text) ? text.replaceAll(DOUBLE, MASK) : text.slice(0, first) + MASK;
}
