import { loadEnvironment } from '../config/environment.ts';
import { migrate, revert } from '../database/migrate.ts';
import { withOwnerUrl } from '../database/open-database.ts';
import { runCommand } from './run-command.ts';

// npm run migrate · npm run migrate:revert [-- --all]
await runCommand(async () => {
  const [what, option] = process.argv.slice(2);
  const done = await withOwnerUrl(loadEnvironment(), async (ownerUrl): Promise<Record<string, readonly string[]>> => {
    if (what === 'revert') return { Reverted: await revert(ownerUrl, { all: option === '--all' }) };
    const { migrations, applied, dropped } = await migrate(ownerUrl);
    return { Ran: migrations, Applied: applied, Dropped: dropped };
  });
  const lines = Object.entries(done).filter(([, names]) => names.length > 0);
  console.log(lines.map(([verb, names]) => `${verb} ${names.join(', ')}`).join('\n') || 'Nothing to do');
});
