import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyAdmin } from './auth/key.admin.ts';
import { newSecret } from './auth/key.hash.ts';
import type { Environment } from './config/environment.ts';

const LINK_SECONDS = 60 * 60;

export interface DevelopmentAccess {
  readonly key: string;
  /** The secret of a one-time sign-in link. */
  readonly link: string;
}

/**
 * With the embedded Postgres only: makes an admin key for every organization and a one-time dashboard link. Before the service
 * listens, so that the key works for everybody who knows the address.
 */
export async function makeDevelopmentAccess(environment: Environment, ownerUrl: string): Promise<DevelopmentAccess> {
  const key = environment.SYNC_DEV_API_KEY ?? (await rememberedKey(environment.SYNC_DATA_DIR));
  const everyOrganization = { orgId: null, name: 'development', userId: null, scopes: ['sync:admin'] } as const;
  const link = await KeyAdmin.with(ownerUrl, async (keys) => {
    await keys.create({ kind: 'service', ttlSeconds: null, ...everyOrganization }, key);
    return keys.create({ kind: 'link', ttlSeconds: LINK_SECONDS, ...everyOrganization });
  });
  return { key, link };
}

/** Prints them for people. */
export function printDevelopmentAccess({ key, link }: DevelopmentAccess, address: string): void {
  console.log(`Development API key for every organization (name one in X-Org-Id): ${key}`);
  console.log(`Sign in once, within the hour: ${address}/sign-in?token=${link}`);
}

/** The same at each start, so that what you typed yesterday works today; readable by you alone. */
async function rememberedKey(dataDir: string): Promise<string> {
  const file = join(dataDir, 'development-api-key');
  try {
    // wx: two services starting on one folder must agree on one key.
    await writeFile(file, newSecret('syk'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFile(file, 'utf8');
}
