import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ServiceProcess } from '../support/service-process.ts';

const COMMANDS = [
  ...['doctor', 'migrate', 'revert', 'provision', 'url', 'rotate-credentials', 'distribute', 'keys', 'roles', 'backup'],
  ...['restore', 'export', 'verify', 'config'],
];

it('npx sync-operations --help names every command with what it does', async () => {
  const { stdout } = await promisify(execFile)('npx', ['--no-install', 'sync-operations', '--help']);
  const named = [...stdout.matchAll(/^ {2}([a-z][a-z-]*)[^\n]* {2,}\S/gm)].map(([, name]) => name);
  expect(named).toEqual([...COMMANDS, 'help']);
  expect(stdout).toContain('Ends with 0');
});

it.each(['doctor', 'keys', 'restore', 'config'])('%s --help says how, and ends with 0', async (command) => {
  const { code, stdout, stderr } = await ServiceProcess.command(command, ['--help'], {});
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: sync-operations ${command} `));
});

it.each([[['make']], [['doctor', '--colour']], [['restore']], [['keys']], [['config', 'apply']]])(
  'wrong use, %j, ends with 1 and shows how on standard error',
  async ([command = '', ...args]) => {
    const { code, stdout, stderr } = await ServiceProcess.command(command, args, {});
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Usage: sync-operations');
  },
);
