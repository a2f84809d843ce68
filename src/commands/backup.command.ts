import type { Command } from 'commander';
import { asOwner, printResult } from './command.line.ts';

/** Both as the owner: a backup while the service runs, a restore while none runs on the database. */
export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('write all rows to a file, while the service runs')
    .argument('<file>', 'must not exist')
    .action(async (file: string, _, command: Command) => {
      const { backUp } = await import('../backup/backup.dump.ts');
      const done = await asOwner((ownerUrl) => backUp(ownerUrl, file));
      printResult(command, { file, ...done }, ({ rows, tables }) =>
        console.log(`${rows} rows of ${tables} tables are in ${file}.`),
      );
    });
  program
    .command('restore')
    .description('read the rows of a backup into a migrated database, while no service runs on it')
    .argument('<file>', 'made by backup')
    .option('--replace', 'delete what the database holds')
    .action(async (file: string, { replace = false }: { replace?: boolean }, command: Command) => {
      const { restore } = await import('../backup/backup.restore.ts');
      const restored = await asOwner((ownerUrl) => restore(ownerUrl, file, { replace }));
      printResult(command, restored, ({ rows, tables }) =>
        console.log(`${rows} rows of ${tables} tables are restored.`),
      );
      if (restored.missingLogins.length > 0)
        console.error(
          `A backup holds no passwords. Drop and create these logins with npm run db:role: ${restored.missingLogins.join(', ')}.`,
        );
    });
}
