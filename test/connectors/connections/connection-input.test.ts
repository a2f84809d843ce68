import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, ConnectionsFixture, PATH, pointers, SECRET } from './connections.support.ts';

let fixture: ConnectionsFixture;

beforeAll(async () => {
  fixture = await ConnectionsFixture.start();
});
afterAll(() => fixture.close());

describe('what is wrong with a connection', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['a system there is not', { system: 'magento' }, ['#/system must be one of']],
    [
      'credentials of another system',
      { credentials: { consumer_key: 'x', api_key: '' } },
      [
        '#/credentials/api_key must not be empty',
        '#/credentials/consumer_key is not a known field',
        '#/credentials/login is required',
      ],
    ],
    [
      'settings',
      { settings: { mode: 'slow', page_size: 0, max_concurrency: 17, delete_guard_percent: '1', 'a/b': 1 } },
      [
        '#/settings/a~1b is not a known field',
        '#/settings/delete_guard_percent must be a number',
        '#/settings/max_concurrency must not be greater than 16',
        '#/settings/mode must be one of fast, safe',
        '#/settings/page_size must not be less than 1',
      ],
    ],
    [
      'directions of fields there are not',
      { settings: { field_directions: { customer: { email: 'up', tail: 'read', 'billing.city': 'write' }, pet: {} } } },
      [
        '#/settings/field_directions/customer/email must be one of both, read, write, none',
        '#/settings/field_directions/customer/tail is not a field of this entity type in this system',
        '#/settings/field_directions/pet is not an entity type of this system',
      ],
    ],
    [
      'a destination',
      { settings: { webhook_destination: 'mars' } },
      ['#/settings/webhook_destination must be records'],
    ],
    ['an address without https', { base_url: 'http://shop.example.com' }, ['#/base_url must be https']],
    ['a private address', { base_url: 'https://[::1]/' }, ['#/base_url must be an address on the public internet']],
    ['a short webhook secret', { webhook_secret: 'short' }, ['#/webhook_secret must be longer']],
  ])('is named by pointers, all at once: %s', async (_what, change, expected) => {
    const { status, body } = await fixture.request('admin', 'POST', PATH, bodyOf(change));
    expect(status).toBe(422);
    expect(pointers(body)).toEqual(expected.map((text) => expect.stringContaining(text)));
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it('is said for a change as well, which then changes nothing', async () => {
    const { id } = await fixture.create({ base_url: 'http://shop.example.com', settings: { allow_http: true } });
    const change = (body: object) => fixture.request('admin', 'PATCH', `${PATH}/${id}`, body);
    expect(pointers((await change({ name: 'x', settings: { allow_http: null } })).body)).toEqual([
      '#/settings/allow_http must stay true while base_url is http',
    ]);
    expect(pointers((await change({ credentials: { login: 'x' } })).body)).toEqual([
      '#/credentials/api_key is required',
    ]);
    expect(pointers((await change({ system: 'odoo' })).body)).toEqual(['#/system is not a known field']);
    expect(await fixture.trail(id)).toHaveLength(1);
  });

  it('is never an error on our side, whatever value a member has', async () => {
    const { id } = await fixture.create();
    const odd = [null, '', ' ', 'x'.repeat(20_000), '\0', '\ud800', 0, -1, 1e300, true, [], [null], {}, { a: null }];
    const inner = ['credentials', 'settings'].flatMap((name) =>
      odd.map((value) => ({ [name]: { api_key: value, login: value, page_size: value, field_directions: value } })),
    );
    const bodies = [
      ...['name', 'system', 'base_url', 'credentials', 'settings', 'webhook_secret'].flatMap((name) =>
        odd.map((value) => ({ [name]: value })),
      ),
      ...inner,
      ...odd.map((value) => ({ settings: { field_directions: { customer: value } } })),
    ];
    const responses = bodies.flatMap((body) => [
      fixture.request('admin', 'POST', PATH, bodyOf(body)),
      fixture.request('admin', 'PATCH', `${PATH}/${id}`, body),
    ]);
    const failed = (await Promise.all(responses)).filter(({ status }) => status >= 500);
    expect(failed.map(({ body }) => body)).toEqual([]);
    expect((await fixture.request('admin', 'GET', `${PATH}/not-a-uuid`)).problem).toBe('invalid-request');
  });
});
