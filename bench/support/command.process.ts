import { type ChildProcess, fork } from 'node:child_process';

/** A part of a benchmark in a process of its own, so that what it costs is not what is measured. It answers one command after another. */
export class CommandProcess<Command extends object> {
  private readonly child: ChildProcess;

  /** `main` calls `answerCommands`. */
  constructor(main: URL) {
    this.child = fork(main, { execArgv: [] });
  }

  send(command: Command): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('a process of the benchmark ended'));
      this.child.once('exit', ended);
      this.child.once('message', (response) => {
        this.child.off('exit', ended);
        resolve(response);
      });
      this.child.send(command);
    });
  }

  close(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

/** In the process itself. It ends with the benchmark, and when a command fails, since what it measures then would be wrong. */
export function answerCommands<Command extends object>(answer: (command: Command) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (command: Command) => {
    answer(command).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
