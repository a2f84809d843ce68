import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BenchSync, LoadCommand, LoadTarget, RoundResult } from './load.types.ts';

/** A load generator in a process of its own, with its connections open. */
export class LoadProcess {
  readonly syncs: readonly BenchSync[];
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, syncs: readonly BenchSync[]) {
    this.child = child;
    this.syncs = syncs;
  }

  static async open(target: LoadTarget, syncs: readonly BenchSync[]): Promise<LoadProcess> {
    const child = fork(fileURLToPath(new URL('load.main.ts', import.meta.url)), { execArgv: [] });
    const load = new LoadProcess(child, syncs);
    await load.send({ type: 'open', target, syncs });
    return load;
  }

  /** Reports on every connection for some seconds. Throws when a response was wrong. */
  async round(seconds: number): Promise<RoundResult> {
    const result = (await this.send({ type: 'round', seconds })) as RoundResult;
    if (result.failure) throw new Error(result.failure);
    return result;
  }

  close(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private send(command: LoadCommand): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('a load process ended'));
      this.child.once('exit', ended);
      this.child.once('message', (response) => {
        this.child.off('exit', ended);
        resolve(response);
      });
      this.child.send(command);
    });
  }
}
