import { startEmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { ConfigurationError, loadEnvironment } from '../config/environment.ts';
import { runCommand } from './run-command.ts';

// npm run --silent db:url -- app|owner: the embedded database, for people who use plain SQL.
await runCommand(async () => {
  const [role] = process.argv.slice(2);
  if (role !== 'app' && role !== 'owner')
    throw new ConfigurationError('Say which: npm run --silent db:url -- app|owner');
  const { databaseVariable, SYNC_DATA_DIR } = loadEnvironment();
  if (databaseVariable)
    throw new ConfigurationError(`${databaseVariable} is set, so there is no embedded database; use that URL.`);
  // Adopts the one the service runs; when none runs, its port is remembered, so the URL holds once the service is started.
  const embedded = await startEmbeddedPostgres({ dataDir: SYNC_DATA_DIR });
  console.log(role === 'app' ? embedded.appUrl : embedded.ownerUrl);
  await embedded.stop();
});
