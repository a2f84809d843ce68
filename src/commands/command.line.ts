import { Command, CommanderError } from 'commander';
import { ConfigurationError, type Environment, loadEnvironment } from '../config/environment.ts';
import { printableError } from './printable.error.ts';

/** The program without its commands. Each command inherits how it fails and what its help says. */
export function newProgram(): Command {
  return new Command('sync-operations')
    .description('Sets up, looks after and configures Sync Operations.')
    .option('--json', 'print JSON on standard output, for programs')
    .showHelpAfterError()
    .exitOverride()
    .addHelpText(
      'after',
      `
Ends with 0 when it did what it was asked, and with 1 when it could not, was used wrongly, or found something wrong (doctor, verify).
What is meant for a program goes to standard output, what is meant for people to standard error.
Settings come from the environment, then from .env.local and .env; the README lists them.`,
    );
}

/** Runs the command that the arguments name. An error is one sentence and exit code 1. */
export async function runProgram(program: Command, args: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // It has been told already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else fail(error);
  }
}

/** Runs what is no command of the program. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  await work().catch(fail);
}

function fail(error: unknown): void {
  // Commands work as the owner.
  console.error(printableError(error, 'MIGRATION_DATABASE_URL'));
  process.exitCode = 1;
}

/** Works with the owner's URL. What that needs is loaded now, so that help and the commands over the API start in half the time. */
export async function asOwner<T>(work: (ownerUrl: string, environment: Environment) => Promise<T>): Promise<T> {
  const environment = loadEnvironment();
  const { withOwnerUrl } = await import('../database/open-database.ts');
  return withOwnerUrl(environment, (ownerUrl) => work(ownerUrl, environment));
}

/** Prints a result: as JSON where that is asked, else as `forPeople` does. */
export function printResult<Value>(command: Command, value: Value, forPeople: (value: Value) => void): void {
  if (command.optsWithGlobals<{ json?: boolean }>().json) console.log(JSON.stringify(value, null, 2));
  else forPeople(value);
}

/** A whole number of a range, from an option. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most))
    throw new ConfigurationError(`${option} must be a whole number from ${least} to ${most}.`);
  return value;
}
