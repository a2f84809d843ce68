import { readFileSync } from 'node:fs';
import { readXmlRpc } from './xmlrpc-recording.support.ts';

/** A recorded exchange with an Odoo. */
export interface OdooRecording {
  method: string;
  path: string;
  /** By lower-case name. */
  requestHeaders: Readonly<Record<string, string>>;
  requestBody: string;
  status: number;
  headers: Readonly<Record<string, string>>;
  /** As it was sent. */
  body: string;
}

/** For tests: reads test/recordings/<name>.http, a raw request and a raw response with `----` between them. */
export function readOdooRecording(name: string): OdooRecording {
  const text = readFileSync(new URL(`../../recordings/${name}.http`, import.meta.url), 'utf8');
  const [request = '', response = ''] = text.split('\n----\n');
  const sent = splitMessage(request);
  const got = splitMessage(response);
  const [method = '', path = ''] = sent.first.split(' ');
  return {
    method,
    path,
    requestHeaders: sent.headers,
    requestBody: sent.body.replace(/\n$/, ''),
    status: Number(got.first.split(' ')[1]),
    headers: got.headers,
    body: got.body,
  };
}

/** What an XML-RPC recording of execute_kw or a common method asked, and its value or fault. */
export interface RecordedCall {
  method: string;
  params: unknown[];
  value?: unknown;
  fault?: { faultCode: number; faultString: string };
}

export function readRecordedCall(name: string): RecordedCall {
  const { requestBody, body } = readOdooRecording(name);
  const method = /<methodName>(.*)<\/methodName>/.exec(requestBody)?.[1] ?? '';
  const [first] = readXmlRpc(body);
  const isFault = body.includes('<fault>');
  return {
    method,
    params: readXmlRpc(requestBody),
    ...(isFault ? { fault: first as RecordedCall['fault'] } : { value: first }),
  };
}

function splitMessage(message: string) {
  const cut = message.indexOf('\n\n');
  const [first = '', ...lines] = message.slice(0, cut).split('\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replace(/^ /, '')];
  });
  return { first, headers: Object.fromEntries(headers), body: message.slice(cut + 2) };
}
