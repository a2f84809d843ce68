import type { Recording } from '../../recordings/recording.parser.ts';

/** Sends a recorded request to the sandbox; its addresses in the response become the recorded ones again. */
export async function replay({ request }: Recording, sandboxUrl: string) {
  const recordedHome = new URL(request.url).origin;
  const url = request.url.replace(recordedHome, sandboxUrl);
  const response = await fetch(url, {
    method: request.method,
    headers: {
      'Content-Type': 'application/json',
      ...(request.user && { Authorization: `Basic ${Buffer.from(request.user).toString('base64')}` }),
    },
    body: request.body === '@a body of 101 creates' ? JSON.stringify({ create: Array(101).fill({}) }) : request.body,
  });
  const text = (await response.text()).replaceAll(sandboxUrl, recordedHome);
  const headers = Object.fromEntries(
    [...response.headers].map(([k, v]) => [k, v.replaceAll(sandboxUrl, recordedHome)]),
  );
  return { status: response.status, headers: applicationHeaders(headers), body: text === '' ? null : JSON.parse(text) };
}

/** All headers but those of the connection and of the web server. */
export function applicationHeaders(headers: Readonly<Record<string, string>>) {
  const transport = ['server', 'date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !transport.includes(name)));
}

/** The keys, in order, and the types of a JSON value; a list becomes the different forms of its items. */
export function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((item) => JSON.stringify(formOf(item))))].sort();
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.entries(value).map(([key, part]) => [key, formOf(part)]);
}
