import { type OdooSandbox, startOdooSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawJsonRpc } from './odoo-client.support.ts';
import { readRecordedCall } from './odoo-recording.support.ts';

/** Recorded over XML-RPC, true of the methods whatever carries them. Those that create come last: they take ids. */
const VALUES = [
  '01-version',
  '02-authenticate',
  '03-authenticate-bad',
  '04-authenticate-apikey',
  '10-search_read',
].concat(
  ['11-search_read-empty-fields', '18-missing-read', '31-auth-limited', '34-returns-none', '35-count', '36-count-all'],
  ['37-product', '38-sale-order', '51-max-write-date', '52-gt-last-write-date', '54-iso-t'],
);
const FAULTS = [
  '05-authenticate-bad-db',
  '12-bad-password',
  '13-unknown-field',
  '14-unknown-domain-field',
  '15-unknown-model',
].concat(
  ['16-unknown-method', '17-private-method', '19-missing-write', '20-create-no-name', '22-create-unknown-field'],
  ['28-unlink-again', '30-recursion', '32-access-error', '33-access-write'],
);
const EXCEPTIONS: Readonly<Record<number, RegExp>> = {
  2: /^odoo\.exceptions\.(UserError|ValidationError|MissingError)$/,
  3: /^odoo\.exceptions\.AccessDenied$/,
  4: /^odoo\.exceptions\.AccessError$/,
};

describe.each([18, 19] as const)('Methods of Odoo %i behave as recorded', (version) => {
  let odoo: OdooSandbox;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ version, apiKey: 'odoo-api-key-example' });
  });
  afterAll(() => odoo.stop());

  const replay = (name: string) => {
    const recorded = readRecordedCall(`odoo-${version}/${name}`);
    const service = recorded.method === 'execute_kw' ? 'object' : 'common';
    return { recorded, response: rawJsonRpc(odoo.url, service, recorded.method, recorded.params) };
  };

  it.each(VALUES)('%s: the same value', async (name) => {
    const { recorded, response } = replay(name);
    expect(decided(name, (await response).result)).toEqual(decided(name, recorded.value));
  });

  it.each(version === 19 ? [...FAULTS, '53-iso-z'] : FAULTS)('%s: the same fault', async (name) => {
    const { recorded, response } = replay(name);
    const { faultCode = 0, faultString = '' } = recorded.fault ?? {};
    const { exception = '', message = '' } = await response;

    if (faultCode === 1) {
      const [, type, text] = /^Traceback \(left out\): (?:[\w.]+\.)?(\w+): (.*)$/s.exec(faultString) ?? [];
      expect([exception.split('.').pop(), message.trim()]).toEqual([type, text?.trim()]);
    } else {
      expect(message).toBe(faultString);
      expect(exception).toMatch(EXCEPTIONS[faultCode] ?? /$^/);
    }
  });

  it('21-create-bad-type: the database complains', async () => {
    expect(await replay('21-create-bad-type').response).toMatchObject({
      exception: 'psycopg2.errors.InvalidTextRepresentation',
      message: expect.stringContaining('Germany'),
    });
  });

  it('23 to 27: creates one for one set of values, many for a list, writes false and null, deletes', async () => {
    const call = async (name: string, ids?: number[]) => {
      const { method, params } = readRecordedCall(`odoo-${version}/${name}`);
      if (ids) params[5] = [ids, ...(params[5] as unknown[]).slice(1)];
      return (await rawJsonRpc(odoo.url, 'object', method, params)).result;
    };
    const one = await call('23-create-one');
    const [two, three] = await call('24-create-list');

    expect([typeof one, two, three]).toEqual(['number', one + 1, one + 2]);
    expect(await call('26-write-null', [one])).toBe(true);
    expect(odoo.admin.read('res.partner', [one], ['name', 'phone'])).toEqual([
      { id: one, name: 'tmp one', phone: false },
    ]);
    odoo.admin.unlink('res.partner', [one, two, three]);
    expect(odoo.admin.search('res.partner', [['ref', '=', 'TMP']])).toEqual([]);
  });

  if (version === 18) {
    it('53-iso-z: a zone is no error on 18', async () => {
      const { recorded, response } = replay('53-iso-z');
      expect((await response).result).toBe(recorded.value);
    });
  }
});

/** Leaves out what a server decides: the clock's dates, and which of many with the same date comes first. */
function decided(name: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const left =
    { '37-product': ['write_date'], '38-sale-order': ['date_order'], '51-max-write-date': ['id'] }[name] ?? [];
  return value.map((record) => Object.fromEntries(Object.entries(record).filter(([key]) => !left.includes(key))));
}
