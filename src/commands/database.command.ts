import { resolve } from 'node:path';
import type { Command } from 'commander';
import { rememberedKeys } from '../config/encryption.keys.ts';
import { ConfigurationError, loadEnvironment } from '../config/environment.ts';
import { asOwner, printResult } from './command.line.ts';

/** The schema, the service's role and the keys that encrypt: as the owner. */
export function addDatabase(program: Command): void {
  program
    .command('migrate')
    .description("bring the schema to this version; with the owner's URL, not a pooled one")
    .action((_, command: Command) => migrate(command));
  program
    .command('revert')
    .description('take the last migration back')
    .option('--all', 'take all of them back; the data are lost')
    .action(({ all = false }: { all?: boolean }, command: Command) => revert(command, all));
  program
    .command('provision')
    .description(
      "migrate, and give sync_app the password of SYNC_APP_PASSWORD, or a new one: then print the service's URL",
    )
    .action((_, command: Command) => provision(command));
  program
    .command('url')
    .description('the URL of the embedded database')
    .argument('[role]', "app (the service's role) or owner")
    .action((role: string | undefined, _, command: Command) => printUrl(command, role));
  program
    .command('rotate-credentials')
    .description('encrypt all stored credentials with the first of SYNC_ENCRYPTION_KEYS')
    .action((_, command: Command) => rotate(command));
}

async function migrate(command: Command): Promise<void> {
  const migrations = await import('../database/migrate.ts');
  const done = await asOwner((ownerUrl) => migrations.migrate(ownerUrl));
  printResult(command, done, ({ migrations: Ran, applied: Applied, dropped: Dropped }) =>
    printNames({ Ran, Applied, Dropped }),
  );
}

async function revert(command: Command, all: boolean): Promise<void> {
  const migrations = await import('../database/migrate.ts');
  const reverted = await asOwner((ownerUrl) => migrations.revert(ownerUrl, { all }));
  printResult(command, { reverted }, () => printNames({ Reverted: reverted }));
}

function printNames(done: Readonly<Record<string, readonly string[]>>): void {
  const lines = Object.entries(done).filter(([, names]) => names.length > 0);
  console.log(lines.map(([verb, names]) => `${verb} ${names.join(', ')}`).join('\n') || 'Nothing to do');
}

/** On a Postgres of your own (Neon), as its owner. A password given before is replaced. */
async function provision(command: Command): Promise<void> {
  const { MIGRATION_DATABASE_URL: ownerUrl, SYNC_APP_PASSWORD: given } = loadEnvironment();
  if (!ownerUrl)
    throw new ConfigurationError(
      "MIGRATION_DATABASE_URL must be set to the owner's URL (on Neon: the direct one, not -pooler).",
    );
  const { migrate: bring } = await import('../database/migrate.ts');
  const { newPassword, provisionAppRole, urlOfRole } = await import('../database/provision.ts');
  const { migrations } = await bring(ownerUrl);
  const password = given ?? newPassword();
  await provisionAppRole(ownerUrl, password);
  // Whoever gave it knows it, and what a container says is kept.
  if (given !== undefined)
    return printResult(command, { migrations }, () =>
      console.error(`Ran ${migrations.length} migrations; sync_app has the password of SYNC_APP_PASSWORD.`),
    );
  console.error(`Ran ${migrations.length} migrations; sync_app has a new password. The service's URL, shown once:`);
  const url = urlOfRole(ownerUrl, 'sync_app', password);
  printResult(command, { migrations, DATABASE_URL: url }, () => console.log(`DATABASE_URL=${url}`));
}

/** For people who use plain SQL. A folder that holds no database stays as it is: a wrong one is not a new one. */
async function printUrl(command: Command, role: string | undefined): Promise<void> {
  if (role !== 'app' && role !== 'owner')
    throw new ConfigurationError('Say which: npm run --silent db:url -- app|owner');
  const { databaseVariable, SYNC_DATA_DIR: dataDir } = loadEnvironment();
  if (databaseVariable)
    throw new ConfigurationError(`${databaseVariable} is set, so there is no embedded database; use that URL.`);
  const { holdsDatabase, startEmbeddedPostgres } = await import('@sync-operations/embedded-postgres');
  if (!holdsDatabase(dataDir))
    throw new ConfigurationError(
      `There is no database in ${resolve(dataDir)}. Start the service once, or set SYNC_DATA_DIR to its folder.`,
    );
  // Adopts the one the service runs; when none runs, its port is remembered, so the URL holds once the service is started.
  const embedded = await startEmbeddedPostgres({ dataDir });
  const url = role === 'app' ? embedded.appUrl : embedded.ownerUrl;
  printResult(command, { url }, () => console.log(url));
  await embedded.stop();
}

/** SYNC_ENCRYPTION_KEYS lists the new key first, then the old ones. */
async function rotate(command: Command): Promise<void> {
  const environment = loadEnvironment();
  const { databaseUrl, MIGRATION_DATABASE_URL, SYNC_DATA_DIR, SYNC_ENCRYPTION_KEYS = [] } = environment;
  const isEmbedded = !databaseUrl && !MIGRATION_DATABASE_URL;
  const keys = [...SYNC_ENCRYPTION_KEYS, ...(isEmbedded ? rememberedKeys(SYNC_DATA_DIR) : [])];
  if (keys.length === 0)
    throw new ConfigurationError('SYNC_ENCRYPTION_KEYS must be set to the new key, then the ones it replaces.');
  const [{ CredentialCipher }, { rotateSecrets }, { CONNECTION_SECRETS }, { ENDPOINT_SECRETS }] = await Promise.all([
    import('../connectors/credentials/credential.encryption.ts'),
    import('../connectors/credentials/credential.rotation.ts'),
    import('../connectors/credentials/credential.sql.ts'),
    import('../webhook-endpoints/endpoint.sql.ts'),
  ]);
  const done: Record<string, unknown>[] = [];
  await asOwner(async (ownerUrl) => {
    for (const table of [CONNECTION_SECRETS, ENDPOINT_SECRETS]) {
      const { changed, unreadable } = await rotateSecrets(ownerUrl, new CredentialCipher(keys), table);
      done.push({ what: `${table.noun}s`, changed, unreadable: unreadable.length });
      for (const { orgId, id, reason } of unreadable)
        console.error(`The ${table.noun} ${id} of the organization ${orgId} was not changed. ${reason}`);
      if (unreadable.length > 0) process.exitCode = 1;
    }
  });
  printResult(command, done, (tables) => {
    for (const { what, changed } of tables)
      console.log(`${changed} ${what} are now encrypted with the key ${keys[0]?.id}.`);
  });
}
