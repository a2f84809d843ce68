import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job } from './reporter.process.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HERE = import.meta.dirname;

/** How a process that reports a sync is started. */
export const LANGUAGES: Readonly<Record<'TypeScript' | 'Python', readonly string[]>> = {
  TypeScript: [process.execPath, '--conditions=@sync-operations/source', join(HERE, 'reporter.process.ts')],
  Python: ['python3', join(HERE, 'reporter_process.py')],
};

/** Python 3.9 or newer. Without it the tests of that client are skipped, and say so. */
export const hasPython = ((): boolean => {
  try {
    execFileSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('SKIPPED: there is no python3 (3.9 or newer), so the Python client is not tested on this machine.');
    return false;
  }
})();

export const ON_THIS_MACHINE = (Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]).filter(
  (language) => language !== 'Python' || hasPython,
);

interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last line that it printed, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: looked at member by member
  readonly printed: any;
  readonly errors: string;
}

export interface Reporting {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

export function report([program, ...args]: readonly string[], job: Job): Reporting {
  const child = start([program as string, ...args, JSON.stringify(job)], {});
  const outcome = ended(child).then(({ output, ...how }): Outcome => {
    const line = output.trim().split('\n').at(-1);
    return { ...how, printed: line ? JSON.parse(line) : undefined };
  });
  return { child, outcome };
}

const running = new Set<ChildProcess>();

/** For afterAll: ends what a failed test left running. */
export function stopPrograms(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs a program to its end. */
export const runProgram = (command: readonly string[], variables: Record<string, string>) =>
  ended(start(command, variables));

function start([program, ...args]: readonly string[], variables: Record<string, string>): ChildProcess {
  const python = { PYTHONPATH: join(ROOT, 'clients/python/src'), PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(program as string, args, { cwd: ROOT, env: { ...process.env, ...python, ...variables } });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

async function ended(child: ChildProcess) {
  let [output, errors] = ['', ''];
  child.stdout?.on('data', (text) => {
    output += text;
  });
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, output, errors };
}
