import { parseArgs } from 'node:util';
import { KeyAdmin, type KeyListing } from '../auth/key.admin.ts';
import { SCOPES, type Scope } from '../auth/rights.ts';
import { idFault } from '../common/identity.ts';
import { ConfigurationError, type Environment, loadEnvironment } from '../config/environment.ts';
import { withOwnerUrl } from '../database/open-database.ts';
import { runCommand } from './run-command.ts';

const USAGE = `Usage:
  npm run keys -- create --name NAME (--org ORG | --all-orgs) [--user USER] [--scope SCOPE …] [--days N]
  npm run keys -- link   --name NAME (--org ORG | --all-orgs) [--user USER] [--scope …]     a one-time sign-in link
  npm run keys -- list
  npm run keys -- revoke ID
Scopes: ${SCOPES.join(', ')}; docs/rights.md says what each gives.`;

const LINK_SECONDS = 60 * 60;

await runCommand(async () => {
  const environment = loadEnvironment();
  const { values, positionals } = parse();
  const [action, id] = positionals;
  if (action !== 'create' && action !== 'link' && action !== 'list' && action !== 'revoke')
    throw new ConfigurationError(USAGE);
  await withOwnerUrl(environment, (ownerUrl) =>
    KeyAdmin.with(ownerUrl, async (keys) => {
      if (action === 'list') return printKeys(await keys.list());
      if (action === 'revoke') return printRevoked(id, id !== undefined && (await keys.revoke(id)));
      const kind = action === 'link' ? 'link' : 'service';
      const secret = await keys.create({
        kind,
        ...newKey(values),
        ttlSeconds: kind === 'link' ? LINK_SECONDS : lifetime(values.days),
      });
      if (kind === 'link') console.log(`${addressOf(environment)}/sign-in?token=${secret}`);
      else console.log(secret);
      console.error(kind === 'link' ? 'Works once, within the hour.' : 'Shown once; send it in X-Api-Key.');
    }),
  );
});

function parse() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        org: { type: 'string' },
        'all-orgs': { type: 'boolean' },
        user: { type: 'string' },
        scope: { type: 'string', multiple: true },
        days: { type: 'string' },
      },
    });
    return { values, positionals };
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${USAGE}`);
  }
}

function newKey(values: ReturnType<typeof parse>['values']) {
  if (!values.name) throw new ConfigurationError(`--name is required: who uses it?\n${USAGE}`);
  if (Boolean(values.org) === Boolean(values['all-orgs']))
    throw new ConfigurationError(`--org or --all-orgs is required.\n${USAGE}`);
  for (const [option, id] of Object.entries({ '--org': values.org, '--user': values.user })) {
    const fault = id === undefined ? undefined : idFault(id);
    if (fault) throw new ConfigurationError(`${option} ${fault}.\n${USAGE}`);
  }
  const scopes = values.scope ?? ['sync:write'];
  const unknown = scopes.find((scope) => !SCOPES.includes(scope as Scope));
  if (unknown) throw new ConfigurationError(`--scope ${unknown} does not exist; the scopes are ${SCOPES.join(', ')}.`);
  return { orgId: values.org ?? null, name: values.name, userId: values.user ?? null, scopes: scopes as Scope[] };
}

function lifetime(days: string | undefined): number | null {
  if (days === undefined) return null;
  if (!/^[1-9]\d{0,3}$/.test(days)) throw new ConfigurationError('--days must be a whole number from 1 to 9999.');
  return Number(days) * 24 * 60 * 60;
}

function printKeys(keys: readonly KeyListing[]): void {
  console.table(
    keys.map(({ id, org_id, scopes, revoked_at, expires_at, ...key }) => ({
      id,
      kind: key.kind,
      name: key.name,
      organization: org_id ?? '(every)',
      user: key.user_id ?? '',
      scopes: scopes.join(' '),
      state: revoked_at ? 'revoked' : expires_at ? `until ${expires_at.toISOString()}` : 'valid',
    })),
  );
}

function printRevoked(id: string | undefined, revoked: boolean): void {
  if (!revoked)
    throw new ConfigurationError(
      `There is no valid key with the id ${id ?? '(none given)'}; see: npm run keys -- list`,
    );
  console.log(`Revoked ${id}; a replica that has just used it may accept it for 5 more seconds.`);
}

function addressOf({ HOST, PORT }: Environment): string {
  return `http://${HOST}:${PORT}`;
}
