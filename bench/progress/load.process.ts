import { CommandProcess } from '../support/command.process.ts';
import type { BenchSync, LoadCommand, LoadTarget, RoundResult } from './load.types.ts';

/** A load generator in a process of its own, with its connections open. */
export class LoadProcess {
  readonly syncs: readonly BenchSync[];
  private readonly process = new CommandProcess<LoadCommand>(new URL('load.main.ts', import.meta.url));

  private constructor(syncs: readonly BenchSync[]) {
    this.syncs = syncs;
  }

  static async open(target: LoadTarget, syncs: readonly BenchSync[]): Promise<LoadProcess> {
    const load = new LoadProcess(syncs);
    await load.process.send({ type: 'open', target, syncs });
    return load;
  }

  /** Reports on every connection for some seconds. Throws when a response was wrong. */
  async round(seconds: number): Promise<RoundResult> {
    const result = (await this.process.send({ type: 'round', seconds })) as RoundResult;
    if (result.failure) throw new Error(result.failure);
    return result;
  }

  close(): void {
    this.process.close();
  }
}
