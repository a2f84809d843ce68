import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OdooRecording, readOdooRecording } from './odoo-recording.support.ts';

const JSON_RPC = [
  '60-jsonrpc-authenticate',
  '61-jsonrpc-authenticate-bad',
  '62-jsonrpc-search_read',
  '63-jsonrpc-bad-password',
].concat([
  '64-jsonrpc-unknown-field',
  '65-jsonrpc-user-error',
  '66-jsonrpc-missing',
  '67-jsonrpc-bad-json',
  '68-jsonrpc-none',
]);
const JSON_2 = [
  '80-json2-search_read',
  '81-json2-read',
  '82-json2-bad-key',
  '83-json2-no-key',
  '84-json2-bad-model',
].concat(
  ['85-json2-bad-method', '86-json2-bad-arg', '87-json2-bad-field', '88-json2-missing', '89-json2-create'],
  [
    '90-json2-user-error',
    '91-json2-bad-json',
    '92-json2-wrong-db',
    '93-json2-none',
    '94-json2-create-no-name',
    '95-json2-get',
  ],
);

/** Where the server decides a value, here the id of a new record, only its form is compared. */
const FORM_ONLY = ['odoo-19/89-json2-create'];

describe('The sandbox responds like the recorded Odoo', () => {
  const running = new Map<string, OdooSandbox>();
  beforeAll(async () => {
    for (const version of [18, 19] as const) {
      running.set(`odoo-${version}`, await startOdooSandbox({ version, apiKey: 'odoo-api-key-example' }));
    }
  });
  afterAll(() => Promise.all([...running.values()].map((odoo) => odoo.stop())));

  const names = [
    ...JSON_RPC.flatMap((name) => [`odoo-18/${name}`, `odoo-19/${name}`]),
    ...JSON_2.map((name) => `odoo-19/${name}`),
  ];
  it.each(names)('%s: the same status, headers and body', async (name) => {
    const recording = readOdooRecording(name);
    const response = await replay(recording, running.get(name.slice(0, 7))?.url ?? '');

    expect(response.status).toBe(recording.status);
    expect(response.headers).toEqual(applicationHeaders(recording.headers));
    if (FORM_ONLY.includes(name))
      expect(response.body.replace(/\d+/g, '0')).toBe(recording.body.replace(/\d+/g, '0').trim());
    else expect(withoutTraceback(response.body).trim()).toBe(withoutTraceback(recording.body).trim());
  });

  it('shows a traceback, but in no other member than debug', async () => {
    const { body } = await replay(
      readOdooRecording('odoo-18/64-jsonrpc-unknown-field'),
      running.get('odoo-18')?.url ?? '',
    );
    const { debug, ...rest } = JSON.parse(body).error.data;

    expect(debug).toMatch(/^Traceback \(most recent call last\):\n.*ValueError: Invalid field 'nope'/s);
    expect(JSON.stringify(rest)).not.toContain('Traceback');
  });
});

async function replay({ method, path, requestHeaders, requestBody }: OdooRecording, url: string) {
  const body = method === 'GET' ? null : requestBody;
  const response = await fetch(`${url}${path}`, { method, headers: requestHeaders, body });
  return {
    status: response.status,
    headers: applicationHeaders(Object.fromEntries(response.headers)),
    body: await response.text(),
  };
}

/** All headers but those of the connection and of the web server. */
function applicationHeaders(headers: Readonly<Record<string, string>>) {
  const transport = ['server', 'date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !transport.includes(name)));
}

/** Recordings leave it out, but for the one line of a denied access. */
function withoutTraceback(body: string): string {
  return body.replace(/"debug": "(?:\(traceback|Traceback)(?:[^"\\]|\\.)*"/, '"debug": "…"');
}
