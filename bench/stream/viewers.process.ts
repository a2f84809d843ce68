import { CommandProcess } from '../support/command.process.ts';
import type { RoundResult, Viewer, ViewersCommand } from './viewers.types.ts';

/** The process of the viewers. */
export class ViewersProcess {
  private readonly process = new CommandProcess<ViewersCommand>(new URL('viewers.main.ts', import.meta.url));

  /** Adds viewers; returns when each has its snapshot. */
  async open(url: string, viewers: readonly Viewer[]): Promise<void> {
    await this.process.send({ type: 'open', url, viewers });
  }

  async round(seconds: number): Promise<RoundResult> {
    return (await this.process.send({ type: 'round', seconds })) as RoundResult;
  }

  close(): void {
    this.process.close();
  }
}
