import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { RoundResult, Viewer, ViewersCommand } from './viewers.types.ts';

/** The process of the viewers. */
export class ViewersProcess {
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static start(): ViewersProcess {
    return new ViewersProcess(fork(fileURLToPath(new URL('viewers.main.ts', import.meta.url)), { execArgv: [] }));
  }

  /** Adds viewers; returns when each has its snapshot. */
  async open(url: string, viewers: readonly Viewer[]): Promise<void> {
    await this.send({ type: 'open', url, viewers });
  }

  async round(seconds: number): Promise<RoundResult> {
    return (await this.send({ type: 'round', seconds })) as RoundResult;
  }

  close(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private send(command: ViewersCommand): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('the process of the viewers ended'));
      this.child.once('exit', ended);
      this.child.once('message', (response) => {
        this.child.off('exit', ended);
        resolve(response);
      });
      this.child.send(command);
    });
  }
}
