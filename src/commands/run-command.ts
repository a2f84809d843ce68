import { printableError } from '../database/printable-error.ts';

/** Runs a command line tool: what it prints is its answer; an error is one sentence and exit code 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Commands work as the owner.
    console.error(printableError(error, 'MIGRATION_DATABASE_URL'));
    process.exitCode = 1;
  }
}
