import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { readOptions } from '../../sandbox/src/main.options.ts';

/** What is asked of a running one: at small sizes, on free ports. */
const SMALL = '--port 0 --odoo-port 0 --customers 7 --products 6 --orders 5 --partners 4 --odoo-products 3';

describe('The sandbox command', () => {
  let child: ChildProcess;
  const start = (flags: string) => {
    const main = new URL('../../sandbox/src/main.ts', import.meta.url).pathname;
    const started = spawn(process.execPath, [main, ...flags.split(' ')], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    return started;
  };
  afterEach(() => {
    child.kill('SIGKILL');
  });

  /** All that it prints once both sandboxes run. */
  async function printedBy(flags: string): Promise<string> {
    const printed: string[] = [];
    for await (const line of createInterface(start(flags).stdout)) {
      printed.push(line);
      if (line.startsWith('Stop')) break;
    }
    return printed.join('\n');
  }

  it.each([
    [19, /"email":/],
    [18, /"result":/],
  ])('prints calls that work against the shop and Odoo %i, and stops on SIGTERM', async (version, odooResponse) => {
    const printed = await printedBy(`${SMALL} --odoo-version ${version}`);
    expect(printed).toMatch(/^WooCommerce sandbox on \S+: 7 customers, 6 products, 5 orders$/m);
    // With the partners that every database has.
    expect(printed).toMatch(
      new RegExp(`^Odoo ${version} sandbox on \\S+: ${4 + (version === 18 ? 6 : 5)} partners, 3`, 'm'),
    );

    const responses = await Promise.all(curls(printed).map(tried));
    expect(responses).toEqual([
      [200, expect.stringContaining('"id":2,')],
      [200, expect.stringContaining('"first_name":"Ann"')],
      [200, expect.stringMatching(odooResponse)],
      [200, expect.stringContaining('too-many-requests')],
      [200, expect.stringContaining('response-lost')],
    ]);

    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    ['--bad-rate 2', /^badRate must lie between 0 and 1\.\n$/],
    ['--odoo-version 17', /^version must be 18 or 19\.\n$/],
  ])('says in one line what is wrong with %s, and leaves nothing running', async (flags, sentence) => {
    const { stderr } = start(`--port 0 --odoo-port 0 ${flags}`);
    const [said, [code]] = await Promise.all([text(stderr), once(child, 'exit')]);
    expect([code, said]).toEqual([1, expect.stringMatching(sentence)]);
  });

  it('lists its options when asked', async () => {
    const { stdout } = start('--help');
    const [said, [code]] = await Promise.all([text(stdout), once(child, 'exit')]);
    expect([code, said]).toEqual([0, expect.stringMatching(/^Usage: npm run sandbox/)]);
  });

  it.each([
    [['--port', 'x'], /^--port must be a number\.$/],
    [['--orders', ''], /^--orders must be a number\.$/],
    [['--prot', '1'], /Unknown option '--prot'.*Usage: npm run sandbox/s],
  ])('refuses %j', (flags, sentence) => {
    expect(() => readOptions(flags)).toThrow(sentence);
  });
});

/** Each printed command on one line. */
const curls = (printed: string): string[] =>
  [...printed.replaceAll(' \\\n', ' ').matchAll(/^ +curl .+$/gm)].map(([command]) => command);

/** Does what the shell and curl would do with it. */
async function tried(command: string): Promise<[status: number, body: string]> {
  const quoted = (flag: string) =>
    [...command.matchAll(new RegExp(`${flag} '([^']+)'`, 'g'))].map(([, value]) => `${value}`);
  const [address = ''] = /(?<=')http[^']+/.exec(command) ?? [];
  const headers = new Headers(quoted('-H').map((header) => header.split(': ', 2) as [string, string]));
  const [, credentials] = /-u (\S+)/.exec(command) ?? [];
  if (credentials) headers.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`);
  const [body] = quoted('-d');
  const response = await fetch(address, { headers, ...(body && { method: 'POST', body }) });
  return [response.status, await response.text()];
}
