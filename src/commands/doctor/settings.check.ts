import type { Environment } from '../../config/environment.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What the settings say, before anything is connected to. Pure. */
export function checkSettings(environment: Environment): Finding[] {
  const { databaseUrl, SYNC_ENCRYPTION_KEYS, SYNC_JWT_SECRET, SYNC_JWKS_URL, SYNC_PUBLIC_URL, HOST } = environment;
  const findings: Finding[] = [];
  if (databaseUrl && !SYNC_ENCRYPTION_KEYS)
    findings.push(
      fail(
        'settings',
        'SYNC_ENCRYPTION_KEYS is not set, so connections cannot be made or used.',
        `Set it to id:$(openssl rand -base64 32), and keep it as you keep the database: without it the credentials are lost.`,
      ),
    );
  if (databaseUrl && !SYNC_JWT_SECRET && !SYNC_JWKS_URL)
    findings.push(
      warn(
        'settings',
        'Neither SYNC_JWKS_URL nor SYNC_JWT_SECRET is set, so only service keys and links sign in.',
        'Set SYNC_JWKS_URL where your people have tokens.',
      ),
    );
  if (!SYNC_PUBLIC_URL && HOST !== '127.0.0.1')
    findings.push(
      warn(
        'settings',
        'SYNC_PUBLIC_URL is not set, so the service cannot register webhooks in shops.',
        'Set it to the address at which shops reach the service.',
      ),
    );
  return findings.length > 0 ? findings : [ok('settings', 'The settings are complete.')];
}
