import { rememberedKeys } from '../config/encryption.keys.ts';
import { ConfigurationError, loadEnvironment } from '../config/environment.ts';
import { CredentialCipher } from '../connectors/credentials/credential.encryption.ts';
import { rotateSecrets } from '../connectors/credentials/credential.rotation.ts';
import { CONNECTION_SECRETS } from '../connectors/credentials/credential.sql.ts';
import { withOwnerUrl } from '../database/open-database.ts';
import { ENDPOINT_SECRETS } from '../webhook-endpoints/endpoint.sql.ts';
import { runCommand } from './run-command.ts';

// npm run credentials:rotate connects as the owner. SYNC_ENCRYPTION_KEYS lists the new key first, then the old ones.
await runCommand(async () => {
  const environment = loadEnvironment();
  const { databaseUrl, MIGRATION_DATABASE_URL, SYNC_DATA_DIR, SYNC_ENCRYPTION_KEYS = [] } = environment;
  const isEmbedded = !databaseUrl && !MIGRATION_DATABASE_URL;
  const keys = [...SYNC_ENCRYPTION_KEYS, ...(isEmbedded ? rememberedKeys(SYNC_DATA_DIR) : [])];
  if (keys.length === 0)
    throw new ConfigurationError('SYNC_ENCRYPTION_KEYS must be set to the new key, then the ones it replaces.');
  await withOwnerUrl(environment, async (ownerUrl) => {
    for (const table of [CONNECTION_SECRETS, ENDPOINT_SECRETS]) {
      const { changed, unreadable } = await rotateSecrets(ownerUrl, new CredentialCipher(keys), table);
      console.log(`${changed} ${table.noun}s are now encrypted with the key ${keys[0]?.id}.`);
      for (const { orgId, id, reason } of unreadable)
        console.error(`The ${table.noun} ${id} of the organization ${orgId} was not changed. ${reason}`);
      if (unreadable.length > 0) process.exitCode = 1;
    }
  });
});
