import { parseArgs } from 'node:util';
import { backUp } from '../backup/backup.dump.ts';
import { ConfigurationError, loadEnvironment } from '../config/environment.ts';
import { withOwnerUrl } from '../database/open-database.ts';
import { runCommand } from './run-command.ts';

// npm run db:backup -- FILE: as the owner, while the service runs.
await runCommand(async () => {
  const environment = loadEnvironment();
  const file = fileOf();
  const { tables, rows } = await withOwnerUrl(environment, (ownerUrl) => backUp(ownerUrl, file));
  console.log(`${rows} rows of ${tables} tables are in ${file}.`);
});

function fileOf(): string {
  const usage = 'Usage: npm run db:backup -- FILE     FILE must not exist';
  try {
    const [file, ...others] = parseArgs({ allowPositionals: true, options: {} }).positionals;
    if (file !== undefined && others.length === 0) return file;
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${usage}`);
  }
  throw new ConfigurationError(usage);
}
