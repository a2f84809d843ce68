import { CommandProcess } from '../support/command.process.ts';
import type { CrowdCommand, CrowdResult, CrowdTarget } from './crowd.types.ts';

/** Connections that ask for the same kind of thing, all at once, from a process of their own. */
export class CrowdProcess {
  private readonly process = new CommandProcess<CrowdCommand>(new URL('crowd.main.ts', import.meta.url));

  static async open(target: CrowdTarget): Promise<CrowdProcess> {
    const crowd = new CrowdProcess();
    await crowd.process.send({ type: 'open', target });
    return crowd;
  }

  async round(seconds: number): Promise<CrowdResult> {
    return (await this.process.send({ type: 'round', seconds })) as CrowdResult;
  }

  close(): void {
    this.process.close();
  }
}
