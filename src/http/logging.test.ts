import { Writable } from 'node:stream';
import pino, { type LoggerOptions } from 'pino';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../connectors/contract/connector.error.ts';
import { loggedAddress } from './logged.error.ts';
import { loggerOptions } from './logging.ts';

const EMAIL = 'ada@example.com';
const VALUES = [EMAIL, 'Lovelace', '+44 20 7946 0958', 'St James', 'SW1Y'];
const PERSON = JSON.stringify({
  email: EMAIL,
  name: 'Ada Lovelace',
  phone: VALUES[2],
  at: '12 St James’s Sq, SW1Y 4JH',
});
/** As Postgres says it, by `pg`. */
const ofPostgres = (code: string, message: string, members: object) =>
  Object.assign(new Error(message), { code, severity: 'ERROR', ...members });

/** What is logged of it. */
function logged(write: (logger: pino.Logger) => void): Record<string, never> & { text: string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  write(pino(loggerOptions('trace').pinoHttp as LoggerOptions, stream));
  return { ...JSON.parse(text), text };
}

describe('The log', () => {
  it.each<[string, unknown]>([
    [
      'a unique key',
      ofPostgres('23505', 'duplicate key value violates unique constraint "one"', {
        detail: `Key (email)=(${PERSON}) already exists.`,
      }),
    ],
    [
      'a check',
      ofPostgres('23514', 'new row violates check constraint "c"', {
        detail: `Failing row contains (1, ${PERSON}).`,
        where: `JSON data, line 1: ${PERSON}\nPL/pgSQL function app.save(jsonb) line 3 at SQL statement`,
      }),
    ],
    [
      'a value',
      ofPostgres('22P02', `invalid input syntax for type integer: "${PERSON.replaceAll('"', '\\"')}"`, {
        internalQuery: PERSON,
      }),
    ],
    ['JSON', thrown(() => JSON.parse(`${PERSON}x`))],
    ['JSON of a name', thrown(() => JSON.parse('Lovelace'))],
    [
      'members of others',
      Object.assign(new Error('no'), { config: { data: PERSON }, response: PERSON, parameters: [PERSON] }),
    ],
    ['a cause', new Error('it failed', { cause: new Error(`not a text: "${PERSON}"`) })],
    ['several', new AggregateError([new Error(`no ${EMAIL}`), new Error(`no '${PERSON}'`)], 'all failed')],
    ['a message of lines', new Error(`“first\n    at ${PERSON}”\nlast`)],
    ['what is no error', { email: EMAIL }],
    ['a text', `no “${PERSON}”`],
    ['what a system said', new ConnectorError('rejected', `The shop refused it: ${PERSON}`, { said: PERSON })],
  ])('holds nothing of the person whom an error quotes: %s', (_name, err) => {
    const { text } = logged((logger) => logger.error({ err, org_id: 'org-1' }, `it failed: “${PERSON}”`));
    expect(VALUES.filter((value) => text.includes(value))).toEqual([]);
  });

  it('still says what happened, where', () => {
    const err = ofPostgres('23505', 'duplicate key value violates unique constraint "one"', {
      ...{ table: 'sync_records', constraint: 'sync_records_pkey', detail: 'Key (a)=(b)' },
      where: 'PL/pgSQL function app.save(jsonb) line 3 at SQL statement\nJSON data, line 1: x',
    });
    expect(logged((logger) => logger.error({ err, sync_id: 'run-00 1' }, 'a run failed on our side'))).toMatchObject({
      ...{ msg: 'a run failed on our side', sync_id: 'run-00 1' },
      err: {
        ...{ type: 'Error', code: '23505', table: 'sync_records', constraint: 'sync_records_pkey' },
        message: 'duplicate key value violates unique constraint [masked]',
        where: ['PL/pgSQL function app.save(jsonb) line 3 at SQL statement'],
        stack: expect.stringContaining('logging.test.ts'),
      },
    });
  });

  it('names what of ours a statement lacks', () => {
    const err = ofPostgres('42703', 'column "seen" does not exist', {});
    expect(logged((logger) => logger.error({ err }))).toMatchObject({
      err: { message: 'column "seen" does not exist' },
    });
  });

  it('masks what stands in a member of a line, and a line without members', () => {
    expect(logged((logger) => logger.warn({ reason: `no ${EMAIL}` }))).toMatchObject({ reason: 'no [masked]' });
    expect(logged((logger) => logger.warn(`no ${EMAIL}`))).toMatchObject({ msg: 'no [masked]' });
  });
});

describe('The address of a request', () => {
  it.each([
    ['/api/sync/runs', '/api/sync/runs'],
    ['/sign-in?token=syl_x', '/sign-in?token=[redacted]'],
    ['/api/sync/records?search=Ada&limit=5', '/api/sync/records?search=[redacted]&limit=[redacted]'],
    [
      `/api/sync/records/c/customer/${encodeURIComponent(EMAIL)}/history`,
      '/api/sync/records/c/customer/[masked]/history',
    ],
    ['/api/sync/records/c/customer/Ada%20Lovelace', '/api/sync/records/c/customer/[masked]'],
    ['/nowhere/%zz?token', '/nowhere/%zz?[redacted]'],
  ])('%s is logged as %s', (url, shown) => {
    expect(loggedAddress(url)).toBe(shown);
  });
});

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
