import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { apiOf, withApiOptions } from './api.calls.ts';
import { printResult } from './command.line.ts';

interface Verification {
  readonly valid: boolean;
  readonly sealed_entries: number;
  readonly unsealed_entries: number;
  readonly first_invalid: { readonly id: string | null; readonly reason: string } | null;
}

/** The audit trail of one organization, over the API: with the rights of the key. */
export function addTrail(program: Command): void {
  withApiOptions(program.command('export'))
    .description('write the audit trail to a file or to standard output')
    .option('--format <format>', 'ndjson or csv', 'ndjson')
    .option('--days <days>', 'so many days back', '7')
    .option('--out <file>', 'must not exist; standard output unless given')
    .action(async ({ format, days, out }: Record<string, string>, command: Command) => {
      const query = new URLSearchParams({ format: format as string, days: days as string });
      const { body } = await apiOf(command).send('GET', `/activity/export?${query}`);
      // A stream that is cut off fails here: what is there is not all of it.
      const entries = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
      if (out) await pipeline(entries, createWriteStream(out, { flags: 'wx', mode: 0o600 }));
      else await pipeline(entries, process.stdout, { end: false });
    });
  withApiOptions(program.command('verify'))
    .description('check that the audit trail is as it was sealed; ends with 1 when it is not')
    .action(async (_, command: Command) => {
      const found = await apiOf(command).call<Verification>('GET', '/activity/verify');
      printResult(command, found, ({ valid, sealed_entries, unsealed_entries, first_invalid }) =>
        console.log(
          valid
            ? `Valid: ${sealed_entries} sealed entries, ${unsealed_entries} not sealed yet.`
            : `NOT valid: ${first_invalid?.reason} (${first_invalid?.id ?? 'a seal'}).`,
        ),
      );
      if (!found.valid) process.exitCode = 1;
    });
}
