import { describe, expect, it } from 'vitest';
import { findFramedJson } from './framed.json.ts';

const NOTICE = '<br />\n<b>Notice</b>: Undefined index: x in <b>plugin.php</b> on line <b>3</b><br />\n';
const LIST = '[{"id": 11, "name": "La]m\\"p"}]';

describe('A JSON document with something around it', () => {
  it.each([
    ['behind a notice', `${NOTICE}${LIST}`],
    ['before the comment of a cache', `${LIST}\n<!-- cached page -->`],
    ['behind a line of a log', `[27-Nov-2026 10:00:00 UTC] PHP Notice: Cannot use [] for reading\n${LIST}`],
  ])('is found whole %s', (_, text) => {
    expect(findFramedJson(text, 'list')?.json).toBe(LIST);
  });

  it.each([
    ['is cut off', `${NOTICE}[{"id":11,"name":"La`],
    ['is cut off behind an empty list in the notice', `<b>[]</b>\n[{"id":11,"name":"La`],
    ['is of another kind', `${NOTICE}{"id": 11}`],
    ['stands in a page', `<!DOCTYPE html><html>\n${LIST}\n</html>`],
    ['is followed by another', `${NOTICE}${LIST}\n${LIST}`],
    ['is none', NOTICE],
  ])('is not read when it %s', (_, text) => {
    expect(findFramedJson(text, 'list')).toBeNull();
  });
});
