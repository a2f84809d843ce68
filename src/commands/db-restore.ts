import { parseArgs } from 'node:util';
import { restore } from '../backup/backup.restore.ts';
import { ConfigurationError, loadEnvironment } from '../config/environment.ts';
import { withOwnerUrl } from '../database/open-database.ts';
import { runCommand } from './run-command.ts';

const USAGE = 'Usage: npm run db:restore -- FILE [--replace]     --replace deletes what the database holds';

// npm run db:restore -- FILE: as the owner, while no service runs on the database.
await runCommand(async () => {
  const environment = loadEnvironment();
  const { file, replace } = parse();
  const restored = await withOwnerUrl(environment, (ownerUrl) => restore(ownerUrl, file, { replace }));
  console.log(`${restored.rows} rows of ${restored.tables} tables are restored.`);
  if (restored.missingLogins.length > 0)
    console.error(
      `A backup holds no passwords. Drop and create these logins with npm run db:role: ${restored.missingLogins.join(', ')}.`,
    );
});

function parse(): { file: string; replace: boolean } {
  try {
    const { positionals, values } = parseArgs({ allowPositionals: true, options: { replace: { type: 'boolean' } } });
    const [file, ...others] = positionals;
    if (file !== undefined && others.length === 0) return { file, replace: values.replace ?? false };
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${USAGE}`);
  }
  throw new ConfigurationError(USAGE);
}
