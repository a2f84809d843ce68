import { loadEnvironment } from '../config/environment.ts';
import { migrate, revert } from '../database/migrate.ts';
import { withOwnerUrl } from '../database/open-database.ts';
import { runCommand } from './run-command.ts';

// npm run migrate · npm run migrate:revert [-- --all]
await runCommand(async () => {
  const [what, option] = process.argv.slice(2);
  const names = await withOwnerUrl(loadEnvironment(), (ownerUrl) =>
    what === 'revert' ? revert(ownerUrl, { all: option === '--all' }) : migrate(ownerUrl),
  );
  const done = what === 'revert' ? 'Reverted' : 'Ran';
  console.log(names.length > 0 ? `${done} ${names.join(', ')}` : 'Nothing to do');
});
