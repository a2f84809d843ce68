import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AlertsOf } from '../alerts/alerts.support.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { Receiver } from './receiver.support.ts';

interface Mail {
  readonly recipients: string[];
  readonly text: string;
}
const mails: Mail[] = [];
/** What the mail server says instead of taking a mail. */
let refusal: (Error & { responseCode: number }) | undefined;
const server = new SMTPServer({
  authOptional: true,
  allowInsecureAuth: true,
  onAuth: ({ username, password }, _session, callback) =>
    username === 'sync' && password === 'secret' ? callback(null, { user: username }) : callback(new Error('no')),
  onRcptTo: ({ address }, _session, callback) =>
    callback(address === 'gone@example.com' ? new Error('no such user') : null),
  async onData(stream, session, callback) {
    const content = await text(stream);
    if (refusal) return callback(refusal);
    mails.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), text: content });
    callback();
  },
});

let service: TestService;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  service = await startTestService({
    ...{ SYNC_ALLOW_PRIVATE_ADDRESSES: 'true', SYNC_PUBLIC_URL: 'https://syncs.example' },
    SYNC_SMTP_URL: `smtp://sync:secret@127.0.0.1:${port}/?ignoreTLS=true`,
    SYNC_SMTP_FROM: 'Syncs <syncs@example.com>',
  });
});
afterAll(async () => {
  await service.close();
  await new Promise<void>((done) => server.close(done));
});
afterEach(() => {
  mails.length = 0;
  refusal = undefined;
});
let organizations = 0;
const newOrg = () => new AlertsOf(service, `org-channels-${++organizations}`);
async function failOnce(org: AlertsOf): Promise<void> {
  await org.rule('failed');
  await org.ended('failed', { error_message: 'no <b>answer</b> & nothing else' });
  await org.evaluate();
  await org.deliver();
}
const deliveries = async (org: AlertsOf, id: string) =>
  (await org.call('GET', `/webhook-endpoints/${id}/deliveries`)).body.items;

describe('A Slack-compatible webhook', () => {
  it('is told in words, with links into the dashboard, and nothing in them means more than its text', async () => {
    const org = newOrg();
    const receiver = await Receiver.start();
    await org.call('POST', '/webhook-endpoints', { url: receiver.url, events: ['alert.*'], format: 'slack' });
    await failOnce(org);
    await org.ended('completed');
    await org.evaluate();
    await org.deliver();
    const bodies = receiver.messages.map(({ text: body }) => JSON.parse(body));
    receiver.close();
    expect(bodies[0].blocks[0]).toEqual({
      type: 'section',
      text: {
        type: 'mrkdwn',
        text: expect.stringMatching(
          /^\*Open: rule failed\*\ncustomer from shop: The sync failed: no &lt;b&gt;answer&lt;\/b&gt; &amp; nothing else\nOpened at .* UTC$/,
        ),
      },
    });
    expect(bodies[0].text).toContain(`<https://syncs.example/o/${org.org}/alerts?alert=`);
    expect(bodies[0].text).toContain('|Show the sync>');
    expect(bodies[1].text).toMatch(/^\*Resolved: rule failed\*/);
  });
});

describe('E-mail', () => {
  it('comes to each recipient, says the same as text and as HTML, and belongs to the others of its alert', async () => {
    const org = newOrg();
    const url = 'mailto:ops@example.com,desk@example.com';
    const made = await org.call('POST', '/webhook-endpoints', { url, events: ['alert.*'], format: 'email' });
    await failOnce(org);
    await org.ended('completed');
    await org.evaluate();
    await org.deliver();
    expect(mails.map(({ recipients }) => recipients)).toEqual([
      ['ops@example.com', 'desk@example.com'],
      ['ops@example.com', 'desk@example.com'],
    ]);
    const [opened, resolved] = mails.map(({ text: mail }) => mail.replaceAll('=\r\n', '').replaceAll('=3D', '='));
    expect(opened).toContain('From: Syncs <syncs@example.com>');
    expect(opened).toContain(`Subject: [${org.org}] Open: rule failed`);
    expect(opened).toContain('no <b>answer</b> & nothing else');
    expect(opened).toContain('no &lt;b&gt;answer&lt;/b&gt; &amp; nothing else');
    expect(opened).toContain(`https://syncs.example/o/${org.org}/alerts?alert=`);
    const thread = (mail = '') => /^References: (.*)$/m.exec(mail)?.[1];
    expect(thread(opened)).toBe(thread(resolved));
    expect(await deliveries(org, made.body.id)).toEqual([
      expect.objectContaining({ event_type: 'alert.resolved', state: 'delivered', response_status: 250 }),
      expect.objectContaining({ event_type: 'alert.opened', state: 'delivered', attempts: 1 }),
    ]);
  });

  it('that the mail server refuses waits like any delivery, with what the server said', async () => {
    const org = newOrg();
    refusal = Object.assign(new Error('mailbox full'), { responseCode: 452 });
    const made = await org.call('POST', '/webhook-endpoints', {
      ...{ url: 'mailto:ops@example.com', events: ['alert.*'], format: 'email' },
    });
    await failOnce(org);
    const [waiting] = await deliveries(org, made.body.id);
    expect(waiting).toMatchObject({
      ...{ state: 'waiting', attempts: 1, response_status: 452 },
      error_message: expect.stringContaining('mailbox full'),
    });
    refusal = undefined;
    await org.admin('UPDATE sync_webhook_deliveries SET next_attempt_at = now() WHERE org_id = $1', [org.org]);
    await org.deliver();
    expect(mails.length).toBe(1);
    expect(await deliveries(org, made.body.id)).toEqual([expect.objectContaining({ state: 'delivered', attempts: 2 })]);
  });

  it('comes to the recipients that are left when the server refuses one, and says so', async () => {
    const org = newOrg();
    const url = 'mailto:ops@example.com,gone@example.com';
    const made = await org.call('POST', '/webhook-endpoints', { url, events: ['alert.opened'], format: 'email' });
    await failOnce(org);
    expect(mails.map(({ recipients }) => recipients)).toEqual([['ops@example.com']]);
    expect(await deliveries(org, made.body.id)).toEqual([
      expect.objectContaining({ state: 'delivered', error_message: 'the mail server refused 1 of the recipients' }),
    ]);
  });

  it('of an endpoint stops at 200 a day, and the deliveries wait', async () => {
    const org = newOrg();
    const made = await org.call('POST', '/webhook-endpoints', {
      ...{ url: 'mailto:ops@example.com', events: ['alert.*'], format: 'email' },
    });
    await org.admin(
      `INSERT INTO sync_webhook_deliveries (org_id, endpoint_id, event_id, event_type, data, state)
       SELECT $1, $2, gen_random_uuid(), 'alert.opened', '{}', 'delivered' FROM generate_series(1, 200)`,
      [org.org, made.body.id],
    );
    await failOnce(org);
    expect(mails).toEqual([]);
    const [waiting] = await deliveries(org, made.body.id);
    expect(waiting).toMatchObject({ state: 'waiting', error_message: '200 messages were sent within a day' });
  });

  it.each([
    [{ url: 'ops@example.com' }, '#/url'],
    [{ url: 'mailto:ops@example.com%0d%0aBcc: all@example.com' }, '#/url'],
    [{ url: 'mailto:"Ops" <ops@example.com>' }, '#/url'],
    [{ url: `mailto:${Array(11).fill('ops@example.com').join()}` }, '#/url'],
    [{ url: 'mailto:ops@example.com', events: ['*'] }, '#/events'],
    [{ url: 'mailto:ops@example.com', format: 'standard' }, '#/url'],
  ])('%j is refused', async (members, pointer) => {
    const { status, body } = await newOrg().call('POST', '/webhook-endpoints', {
      ...{ events: ['alert.*'], format: 'email', ...members },
    });
    expect({ status, pointer: body.errors?.[0].pointer }).toEqual({ status: 422, pointer });
  });
});
