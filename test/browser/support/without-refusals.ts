/** A response that a test provokes: its status, and the end of the path that was requested. */
export type Refusal = readonly [status: number, path: string];

/**
 * What a page complained of, without the lines that Chromium itself writes for responses that a test provokes. One line for each; a
 * refusal that did not come is a complaint of its own.
 */
export function withoutRefusals(complaints: readonly string[], expected: readonly Refusal[]): string[] {
  const left = [...complaints];
  for (const [status, path] of expected) {
    const at = left.findIndex((line) => isOf(line, status, path));
    if (at === -1) left.push(`no ${status} of ${path}`);
    else left.splice(at, 1);
  }
  return left;
}

const isOf = (line: string, status: number, path: string): boolean =>
  line.startsWith(`console error: Failed to load resource: the server responded with a status of ${status} `) &&
  line.endsWith(`${path})`);
