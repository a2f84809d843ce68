import { printableError } from '../database/printable-error.ts';

/** Runs a command line tool: what it prints is its answer; an error is one sentence and exit code 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(printableError(error));
    process.exitCode = 1;
  }
}
