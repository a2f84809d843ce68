import type { Request } from './endpoint.operations.ts';

/** A response, read to its end; of a stream of events, its first one. */
export interface EndpointResponse {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  /** The last part of a problem's type. */
  readonly problem: string | undefined;
}

/** Sends the request with these headers. Throws when the service responds that it failed itself. */
export async function call(
  baseUrl: string,
  { method, path, headers, body }: Request,
  credentials: Readonly<Record<string, string>>,
): Promise<EndpointResponse> {
  const response = await fetch(baseUrl + path, {
    method,
    headers: { ...headers, ...credentials, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type');
  const text = type?.startsWith('text/event-stream') ? await firstEvent(response) : await response.text();
  if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status}: ${text}`);
  const isProblem = type?.startsWith('application/problem+json');
  const problem = isProblem ? String(JSON.parse(text).type).split(':').at(-1) : undefined;
  return { status: response.status, type, text, problem };
}

async function firstEvent(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  // Leaving the loop ends the connection.
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (/^data:.*\n\n/m.test(text)) break;
  }
  return text;
}

/** The response without what differs from call to call or only repeats the names that were sent. */
export function comparable({ status, type, text }: EndpointResponse, who: string): object {
  const plain = text
    .replaceAll(/"request_id":"[^"]*"/g, '"request_id":"…"')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(uuid)')
    .replaceAll(/[0-9a-f]{64}/g, '(hash)')
    .replaceAll(/whsec_[\w+/=]+|syk_[\w-]+/g, '(secret)')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)/g, '(time)')
    .replaceAll(who, '(who)');
  return { status, type, text: plain };
}
