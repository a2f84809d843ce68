import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalData, EntityType } from '../../../src/connectors/canonical/canonical.types.ts';
import { ConnectorError } from '../../../src/connectors/contract/connector.error.ts';
import type {
  Candidate,
  Connector,
  ConnectorSession,
  Cursor,
  ReadQuery,
} from '../../../src/connectors/contract/connector.types.ts';
import type { HttpClient, HttpResponse } from '../../../src/connectors/http/http.types.ts';
import { FULL, LIVE, outcomeOf, readAll, type SizeOf } from './connector.pagination.ts';

/** One entity type of a system that nobody else uses meanwhile, with 20 items or more. */
export interface ContractSubject {
  readonly connector: Connector;
  readonly entity: EntityType;
  /** A new session of the same connection, as another process would open it; over `http` in the place of its own when given. */
  open(http?: HttpClient): ConnectorSession;
  /** The id of every item that a full read returns now, including those with a problem or `deleted`. */
  expectedIds(): readonly string[] | Promise<readonly string[]>;
  /**
   * Changes one item and returns its id. Where the system has times of change, it lets seconds pass by the system's clock before and
   * after, without leaving the present: a read may leave changes in the second in which it begins to the next read.
   */
  change(): string | Promise<string>;
  /** In the format of the system's ids, but not existing. */
  readonly unknownIds?: readonly string[];
  /** What the contract allows and most systems do not need. */
  readonly tolerates?: {
    /** A read may return an item twice even if nothing changes. */
    readonly repeats?: boolean;
    /** `count` is an upper bound. */
    readonly highCount?: boolean;
  };
  close?(): Promise<void>;
}

/** What must hold for every connector, whatever its system. Calls `setUp` once; what changes the system comes last. */
export function describeConnectorContract(name: string, setUp: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the contract of a connector:`, () => {
    let subject: ContractSubject;
    let ids: readonly string[];
    beforeAll(async () => {
      subject = await setUp();
      ids = [...(await subject.expectedIds())].sort();
    });
    afterAll(() => subject?.close?.());

    const described = () => {
      const found = subject.connector.description.entities.find(({ entity_type }) => entity_type === subject.entity);
      if (!found) throw new Error(`${name} does not describe ${subject.entity}`);
      return found;
    };
    const all = (session = subject.open(), size: number | SizeOf = 100, query = FULL) =>
      readAll(session, subject.entity, query, size);
    const comparable = (found: readonly string[]) =>
      (subject.tolerates?.repeats ? [...new Set(found)] : [...found]).sort();
    const unknown = () => subject.unknownIds ?? ['0', '999999999', 'no-such-id'];

    it('its description can be drawn as forms', () => {
      const { system, credentials, settings } = subject.connector.description;
      expect(system).toMatch(/^[a-z][a-z0-9_-]*$/);
      expect(described().fields.length).toBeGreaterThan(0);
      for (const { properties, required = [] } of [credentials, settings]) {
        expect(Object.keys(properties)).toEqual(expect.arrayContaining([...required]));
        for (const { title } of Object.values(properties)) expect(title).toMatch(/\S/);
      }
    });

    it('a check of good credentials says who they are and what will not work', async () => {
      const result = await subject.open().check(LIVE);
      expect(Object.keys(result).sort()).toEqual(['account', 'credentials_expire_at', 'version', 'warnings']);
    });

    it.each([1, 7, 100])('reading in pages of %i returns every item', async (size) => {
      const { items } = await all(subject.open(), size);
      expect(comparable(items.map(({ external_id }) => external_id))).toEqual(ids);
    });

    it('the size of the page may change from page to page', async () => {
      const { items } = await all(subject.open(), (page) => [5, 1, 100, 2, 17][page % 5] as number);
      expect(comparable(items.map(({ external_id }) => external_id))).toEqual(ids);
    });

    it('every cursor, kept as JSON, gives another process the same rest', async () => {
      const size = Math.max(1, Math.ceil(ids.length / 8));
      const { pages } = await all(subject.open(), size);
      for (const [index, { next }] of pages.entries()) {
        if (next === null) continue;
        const rest = await readAll(subject.open(), subject.entity, FULL, size, next);
        const expected = pages.slice(index + 1).flatMap(({ items }) => items);
        expect(rest.items).toEqual(expected);
      }
    });

    it('an item has data, a problem or is deleted; its data holds the members that the description names', async () => {
      for (const { external_id, data, deleted, problem } of (await all()).items) {
        expect(external_id).toMatch(/\S/);
        expect(data === null).toBe(problem !== undefined || deleted === true);
        if (problem) expect(problem).toEqual({ error_class: expect.any(String), message: expect.any(String) });
        expect(described().fields).toEqual(expect.arrayContaining(Object.keys(data ?? {})));
        expect(JSON.parse(JSON.stringify(data))).toEqual(data);
      }
    });

    it('the count is the number of items that a read returns, or not known', async () => {
      const count = await subject.open().count(subject.entity, FULL, LIVE);
      if (count === null) return;
      if (subject.tolerates?.highCount) expect(count).toBeGreaterThanOrEqual(ids.length);
      else expect(count).toBe(ids.length);
    });

    it('readIds returns the ids of a read but for what is in a trash, and its cursors go through JSON', async () => {
      const living = new Set((await all()).items.flatMap(({ external_id, deleted }) => (deleted ? [] : external_id)));
      for (const pageSize of [2, 100]) {
        const found: string[] = [];
        for (let cursor: Cursor | null = null, pages = 0; pages < 1_000; pages += 1) {
          const session = subject.open();
          const page = await session.readIds(subject.entity, { cursor, pageSize }, LIVE);
          found.push(...page.ids.filter((id) => !page.knownOnly || living.has(id)));
          if (page.total !== null && !subject.tolerates?.highCount) expect(page.total).toBeLessThanOrEqual(ids.length);
          if (page.next === null) break;
          cursor = JSON.parse(JSON.stringify(page.next)) as Cursor;
        }
        expect(new Set(found)).toEqual(living);
      }
    });

    it('readByIds returns the same items as a read, and leaves out ids that do not exist', async () => {
      const read = (await all()).items.filter(({ data }) => data !== null).slice(0, 50);
      const wanted = read.map(({ external_id }) => external_id);
      const session = subject.open();
      const found = await session.readByIds(subject.entity, [...wanted, ...unknown()], LIVE);
      const byId = new Map(found.map((item) => [item.external_id, item.data]));
      expect(byId).toEqual(new Map(read.map(({ external_id, data }) => [external_id, data])));
      expect(await session.readByIds(subject.entity, unknown(), LIVE)).toEqual([]);
    });

    it('matches come in the order of the candidates, with an empty list where there is nothing', async () => {
      const keyed = (await all()).items.find(({ data }) => data !== null && hasKey(subject.entity, data));
      if (!keyed?.data) throw new Error('no item has a natural key');
      const session = subject.open();
      const candidates = [stranger(subject.entity), { ...CANDIDATE, data: keyed.data }, stranger(subject.entity)];
      const [before, same, after] = await session.findMatches(subject.entity, candidates, LIVE);
      expect([before, after]).toEqual([[], []]);
      // An order is found again only by the key its create was marked with: two systems may call theirs alike.
      const found = same?.map(({ external_id }) => external_id);
      expect(found).toEqual(subject.entity === 'order' ? [] : expect.arrayContaining([keyed.external_id]));
      expect(await session.findMatches(subject.entity, [], LIVE)).toEqual([]);
    });

    it('every operation that cannot be written has a problem', async () => {
      const session = subject.open();
      if (described().write) return expect(await session.write(subject.entity, [], LIVE)).toEqual([]);
      const create = { kind: 'create', key: 'contract-1', data: stranger(subject.entity).data } as const;
      const operations = [create, { kind: 'delete', external_id: ids[0] as string } as const];
      const results = await session.write(subject.entity, operations, LIVE);
      const refused = { ok: false, problem: { error_class: expect.any(String), message: expect.any(String) } };
      expect(results).toEqual([refused, refused]);
    });

    it('a call whose signal is aborted ends as aborted', async () => {
      const aborted = AbortSignal.abort();
      for (const [call, attempt] of calls(subject, aborted))
        expect([call, await outcomeOf(attempt(subject.open()))]).toEqual([call, 'aborted']);
      const { pages } = await all(subject.open(), Math.max(1, ids.length - 1));
      const session = subject.open();
      await session.read(subject.entity, FULL, { cursor: null, pageSize: 1 }, LIVE);
      const next = { cursor: pages[0]?.next ?? null, pageSize: 1 };
      expect(await outcomeOf(session.read(subject.entity, FULL, next, aborted))).toBe('aborted');
    });

    it.each(Object.entries(RESPONSES))(
      'whatever comes back (%s), nothing but a ConnectorError is thrown',
      async (_, send) => {
        for (const [, attempt] of calls(subject, LIVE)) await outcomeOf(attempt(subject.open({ send })));
        expect(await outcomeOf(subject.open({ send }).check(LIVE))).not.toBe('succeeded');
      },
    );

    it('a filter that the system does not have is refused', async () => {
      const query: ReadQuery = { ...FULL, filters: { no_such_filter: 'x' } };
      const session = subject.open();
      const position = { cursor: null, pageSize: 10 };
      expect(await outcomeOf(session.read(subject.entity, query, position, LIVE))).not.toBe('succeeded');
    });

    it('the change token stays as long as nothing changes, and an incremental read finds what did', async () => {
      const token = () => subject.open().changeToken(subject.entity, FULL, LIVE);
      const before = await token();
      expect(await token()).toBe(before);
      const watermark = (await all()).pages.at(-1)?.watermark;
      const id = await subject.change();
      if (before !== null) expect(await token()).not.toBe(before);
      if (described().tells_changes) expect(watermark).toBeDefined();
      const since: ReadQuery = { mode: 'incremental', since: watermark ?? null, filters: {} };
      const { items } = await all(subject.open(), 7, JSON.parse(JSON.stringify(since)));
      expect(items.map(({ external_id }) => external_id)).toContain(id);
    });
  });
}

const CANDIDATE = { key: 'contract-candidate', since: '2026-01-01T00:00:00Z' };

const hasKey = (entity: EntityType, data: CanonicalData): boolean => {
  const member = { customer: 'email', product: 'sku', order: 'number' }[entity];
  return Boolean(Reflect.get(data, member));
};

/** Nothing like it is anywhere. */
function stranger(entity: EntityType): Candidate {
  const name = 'Nobody of the contract';
  if (entity === 'customer') return { ...CANDIDATE, data: { email: 'nobody@contract.invalid', name } };
  return { ...CANDIDATE, data: entity === 'product' ? { sku: 'CONTRACT-NONE', name } : { number: 'CONTRACT-NONE' } };
}

type Attempt = (session: ConnectorSession) => Promise<unknown>;

/** Every call that reads. */
const calls = ({ entity }: ContractSubject, signal: AbortSignal): readonly (readonly [string, Attempt])[] => [
  ['check', (session) => session.check(signal)],
  ['count', (session) => session.count(entity, FULL, signal)],
  ['read', (session) => session.read(entity, FULL, { cursor: null, pageSize: 10 }, signal)],
  ['readIds', (session) => session.readIds(entity, { cursor: null, pageSize: 10 }, signal)],
  ['readByIds', (session) => session.readByIds(entity, ['1'], signal)],
  ['findMatches', (session) => session.findMatches(entity, [stranger(entity)], signal)],
  ['changeToken', (session) => session.changeToken(entity, FULL, signal)],
];

const respondWith = (status: number, body: string, type: string) => (): Promise<HttpResponse> =>
  Promise.resolve({ status, body, headers: { 'content-type': type } });

/** No system responds to a check like this. */
const RESPONSES: Readonly<Record<string, HttpClient['send']>> = {
  'no connection': () => Promise.reject(new ConnectorError('unavailable', 'the connection was refused')),
  'a web page': respondWith(200, '<!doctype html><title>Sign in</title>', 'text/html'),
  'an empty body': respondWith(200, '', 'application/json'),
  'cut-off JSON': respondWith(200, '{"items":[{"id":', 'application/json'),
  'JSON of another kind': respondWith(200, 'null', 'application/json'),
  'status 401': respondWith(401, '{}', 'application/json'),
  'status 403': respondWith(403, '{}', 'application/json'),
  'status 404': respondWith(404, '<html>', 'text/html'),
  'status 500': respondWith(500, '{"message":"x"}', 'application/json'),
  'status 304': respondWith(304, '', 'text/plain'),
};
