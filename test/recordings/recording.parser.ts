import { readFileSync } from 'node:fs';

/** A recorded exchange: the request of its curl line, and the response. */
export interface Recording {
  request: { method: string; url: string; user: string | null; body: string | null };
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or null for none. */
  body: unknown;
}

/** Reads test/recordings/<name>.http: `# curl …`, the status line, headers, an empty line, a JSON body. */
export function readRecording(name: string): Recording {
  const text = readFileSync(new URL(`./${name}.http`, import.meta.url), 'utf8');
  const [curl = '', statusLine = '', ...rest] = text.split('\n');
  const end = rest.indexOf('');
  const body = rest.slice(end + 1).join('\n');
  const headers = rest.slice(0, end).map((line): [string, string] => {
    const cut = line.indexOf(': ');
    return [line.slice(0, cut).toLowerCase(), line.slice(cut + 2)];
  });
  return {
    request: parseCurl(curl.replace(/^# curl /, '')),
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(headers),
    body: body.trim() === '' ? null : JSON.parse(body),
  };
}

/** The few options that the recordings use: -u, -X, -I and -d, words escaped by backslashes as bash's printf %q does. */
function parseCurl(line: string): Recording['request'] {
  const [options, data = null] = splitAtData(line);
  const words = (options.match(/(?:\\.|\S)+/g) ?? []).map(unescapeWord);
  const after = (flag: string) => (words.includes(flag) ? (words[words.indexOf(flag) + 1] ?? null) : null);
  return {
    method: words.includes('-I') ? 'HEAD' : (after('-X') ?? (data === null ? 'GET' : 'POST')),
    url: words.find((word) => /^https?:/.test(word)) ?? '',
    user: after('-u'),
    body: data,
  };
}

function splitAtData(line: string): [string, string?] {
  const cut = line.indexOf(' -d ');
  return cut < 0 ? [line] : [line.slice(0, cut), unescapeWord(line.slice(cut + 4))];
}

function unescapeWord(word: string): string {
  return word.replace(/\\(.)/g, '$1');
}
