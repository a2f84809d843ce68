import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NO_RATES } from './no.rates.ts';
import { waitFor } from './wait-for.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist/bundle/main.js');

/** How a process ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** Default: an empty folder, so that no .env of the machine is read. */
  readonly cwd?: string;
  readonly nodeArgs?: readonly string[];
  /** Of another build than this tree's. */
  readonly main?: string;
}

/** The built service, or one of its commands, as a process of its own with an environment of its own. */
export class ServiceProcess {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private stdout = '';
  private stderr = '';

  private constructor(
    file: string,
    args: readonly string[],
    variables: Record<string, string>,
    options: ProcessOptions,
  ) {
    const cwd = options.cwd ?? newFolder();
    this.child = spawn(process.execPath, [...(options.nodeArgs ?? []), file, ...args], {
      cwd,
      // PATH and the like, and nothing that configures the service.
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = once(this.child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
    started.add(this);
    void this.ended.finally(() => started.delete(this));
  }

  /** dist/bundle/main.js, on a free port unless PORT says otherwise. */
  static spawn(variables: Record<string, string>, options: ProcessOptions = {}): ServiceProcess {
    return new ServiceProcess(options.main ?? MAIN, [], { PORT: '0', ...variables }, options);
  }

  /** As `spawn`, and returns when it listens. Throws what it said when it ended instead. */
  static async start(variables: Record<string, string>, options: ProcessOptions = {}): Promise<ServiceProcess> {
    const service = ServiceProcess.spawn({ ...NO_RATES, SYNC_DRAIN_SECONDS: '0', ...variables }, options);
    let ended: Ended | undefined;
    void service.ended.then((how) => {
      ended = how;
    });
    await waitFor('the service listens', () => ended ?? service.address, { withinMs: 45_000, everyMs: 20 });
    if (ended) throw new Error(`the service ended with code ${ended.code}: ${ended.stderr}${ended.stdout}`);
    return service;
  }

  /** A command as people run it: `command('keys', ['list'], …)` is npx sync-operations keys list. */
  static command(name: string, args: readonly string[], variables: Record<string, string>): Promise<Ended> {
    const file = join(ROOT, 'src/commands/sync-operations.ts');
    return ServiceProcess.program(file, [name, ...args], variables).ended;
  }

  /** A program of Node, by its file. */
  static program(file: string, args: readonly string[], variables: Record<string, string>): ServiceProcess {
    return new ServiceProcess(file, args, variables, {});
  }

  /** demo/demo.ts, which runs a service of its own and says what that says. */
  static demo(args: readonly string[], variables: Record<string, string>): ServiceProcess {
    return new ServiceProcess(
      join(ROOT, 'demo/demo.ts'),
      args,
      { PORT: '0', ...variables },
      {
        nodeArgs: ['--conditions=@sync-operations/source'],
      },
    );
  }

  /** Where it listens; undefined until it does. */
  get address(): string | undefined {
    return /listens on (http:\/\/\S+)/.exec(this.stdout)?.[1];
  }

  get url(): string {
    if (!this.address) throw new Error(`the service does not listen: ${this.stderr}`);
    return this.address;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** All it has said until now. */
  get output(): string {
    return this.stdout + this.stderr;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

const started = new Set<ServiceProcess>();
const folders: string[] = [];

/** An empty temporary folder, removed by `cleanUp`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sync-operations-process-'));
  folders.push(folder);
  return folder;
}

/** For afterAll: ends what a failed test left running, by its id, and removes the folders. */
export async function cleanUp(): Promise<void> {
  // SIGTERM, so that an embedded Postgres is stopped, too.
  await Promise.all([...started].map((process) => process.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
