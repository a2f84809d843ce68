import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';

describe('The sandbox command', () => {
  let child: ChildProcess;
  const start = (...flags: string[]) => {
    const main = new URL('./main.ts', import.meta.url).pathname;
    const started = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    return started;
  };
  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('prints where the shop is and its keys, serves them, and stops on SIGTERM', async () => {
    const { stdout } = start('--port', '0', '--customers', '7');
    const printed: string[] = [];
    for await (const line of createInterface(stdout)) {
      printed.push(line);
      if (line.startsWith('Stop')) break;
    }
    const [url = ''] = /http:\S+/.exec(printed[0] ?? '') ?? [];
    const [key, secret] = printed.slice(1, 3).map((line) => line.split(/\s+/).at(-1));
    const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
    const answer = await fetch(`${url}/wp-json/wc/v3/customers`, { headers: { authorization } });
    expect(answer.headers.get('x-wp-total')).toBe('7');

    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says in one line what is wrong with a flag', async () => {
    const { stderr } = start('--port', '0', '--bad-rate', '2');
    const [said, [code]] = await Promise.all([text(stderr), once(child, 'exit')]);
    expect([code, said]).toEqual([1, expect.stringMatching(/badRate must lie between 0 and 1\.\n$/)]);
  });
});
