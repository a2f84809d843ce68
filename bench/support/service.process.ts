import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const SERVICE_MAIN = fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url));

/** For one organization that asks for all the service can do. */
export const UNLIMITED = { SYNC_ORG_REQUESTS_PER_SECOND: '1000000', SYNC_PRINCIPAL_REQUESTS_PER_SECOND: '1000000' };

/** The built service as a process of its own. */
export class ServiceProcess {
  readonly url: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.child = child;
    this.url = url;
  }

  /**
   * Resolves when the service listens. It runs in `folder`, so that no .env file of yours changes what is measured. `main` may be
   * another program that prints its address.
   */
  static async start(
    variables: Readonly<Record<string, string>>,
    folder: string,
    main = SERVICE_MAIN,
    options: readonly string[] = [],
  ): Promise<ServiceProcess> {
    const child = spawn(process.execPath, [...nodeOptions(), main, ...options], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /listens on (http:\S+)/.exec(line) ?? [];
      if (url) {
        child.stdout.resume();
        return new ServiceProcess(child, url);
      }
      console.log(line);
    }
    throw new Error('the service did not start');
  }

  get pid(): number {
    return this.child.pid as number;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }
}

/** BENCH_NODE_OPTIONS="--cpu-prof --cpu-prof-dir=profiles" profiles only the service. */
const nodeOptions = (): string[] => process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
