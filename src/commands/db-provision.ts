import { ConfigurationError, loadEnvironment } from '../config/environment.ts';
import { migrate } from '../database/migrate.ts';
import { newPassword, provisionAppRole, urlOfRole } from '../database/provision.ts';
import { runCommand } from './run-command.ts';

// npm run db:provision: on a Postgres of your own (Neon), as its owner. A password given before is replaced.
await runCommand(async () => {
  const { MIGRATION_DATABASE_URL: ownerUrl } = loadEnvironment();
  if (!ownerUrl)
    throw new ConfigurationError(
      "MIGRATION_DATABASE_URL must be set to the owner's URL (on Neon: the direct one, not -pooler).",
    );
  const { migrations } = await migrate(ownerUrl);
  const password = newPassword();
  await provisionAppRole(ownerUrl, password);
  console.error(`Ran ${migrations.length} migrations; sync_app has a new password. The service's URL, shown once:`);
  console.log(`DATABASE_URL=${urlOfRole(ownerUrl, 'sync_app', password)}`);
});
