import type { Command } from 'commander';
import type { KeyAdmin, KeyListing } from '../auth/key.admin.ts';
import { SCOPES, type Scope } from '../auth/rights.ts';
import { ConfigurationError, type Environment } from '../config/environment.ts';
import { asOwner, printResult, wholeNumber } from './command.line.ts';

const LINK_SECONDS = 60 * 60;
const DAY_SECONDS = 24 * 60 * 60;

interface KeyOptions {
  readonly name?: string;
  readonly org?: string;
  readonly allOrgs?: boolean;
  readonly user?: string;
  readonly scope?: string[];
  readonly days?: string;
}

/** Service keys and one-time links into the dashboard. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('service keys and one-time links into the dashboard');
  const withIdentity = (command: Command) =>
    command
      .option('--name <name>', 'who uses it')
      .option('--org <org>', 'the organization')
      .option('--all-orgs', 'every organization; each request names one')
      .option('--user <user>', 'on whose behalf')
      .option(
        '--scope <scope>',
        `${SCOPES.join(', ')}; may be repeated (sync:write); docs/rights.md says what each gives`,
        collect,
      );
  withIdentity(keys.command('create'))
    .description('make a service key and print it, once')
    .option('--days <days>', 'how long it is valid; for good unless given')
    .action((options: KeyOptions, command: Command) =>
      withKeys(async (admin) => {
        const ttlSeconds =
          options.days === undefined ? null : wholeNumber('--days', options.days, 1, 9999) * DAY_SECONDS;
        const key = await admin.create({ kind: 'service', ...(await checked(options)), ttlSeconds });
        printResult(command, { key }, () => console.log(key));
        console.error('Shown once; send it in X-Api-Key.');
      }),
    );
  withIdentity(keys.command('link'))
    .description('make a one-time sign-in link')
    .action((options: KeyOptions, command: Command) =>
      withKeys(async (admin, { HOST, PORT }) => {
        const secret = await admin.create({ kind: 'link', ...(await checked(options)), ttlSeconds: LINK_SECONDS });
        const link = `http://${HOST}:${PORT}/sign-in?token=${secret}`;
        printResult(command, { link }, () => console.log(link));
        console.error('Works once, within the hour.');
      }),
    );
  keys
    .command('list')
    .description('the keys, without their secrets')
    .action((_, command: Command) =>
      withKeys(async (admin) => printResult(command, await admin.list(), (list) => console.table(list.map(shown)))),
    );
  keys
    .command('revoke')
    .description('end a key')
    .argument('[id]', 'as list shows it')
    .action((id: string | undefined, _, command: Command) =>
      withKeys(async (admin) => {
        if (id === undefined || !(await admin.revoke(id)))
          throw new ConfigurationError(
            `There is no valid key with the id ${id ?? '(none given)'}; see: npm run keys -- list`,
          );
        printResult(command, { revoked: id }, () =>
          console.log(`Revoked ${id}; a replica that has just used it may accept it for 5 more seconds.`),
        );
      }),
    );
}

async function withKeys(work: (admin: KeyAdmin, environment: Environment) => Promise<void>): Promise<void> {
  const { KeyAdmin } = await import('../auth/key.admin.ts');
  return asOwner((ownerUrl, environment) => KeyAdmin.with(ownerUrl, (admin) => work(admin, environment)));
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

async function checked({ name, org, allOrgs, user, scope = ['sync:write'] }: KeyOptions) {
  if (!name) throw new ConfigurationError('--name is required: who uses it?');
  if (Boolean(org) === Boolean(allOrgs)) throw new ConfigurationError('--org or --all-orgs is required.');
  const { idFault } = await import('../common/identity.ts');
  for (const [option, id] of Object.entries({ '--org': org, '--user': user })) {
    const fault = id === undefined ? undefined : idFault(id);
    if (fault) throw new ConfigurationError(`${option} ${fault}.`);
  }
  const unknown = scope.find((one) => !SCOPES.includes(one as Scope));
  if (unknown) throw new ConfigurationError(`--scope ${unknown} does not exist; the scopes are ${SCOPES.join(', ')}.`);
  return { orgId: org ?? null, name, userId: user ?? null, scopes: scope as Scope[] };
}

const shown = ({ id, org_id, scopes, revoked_at, expires_at, ...key }: KeyListing) => ({
  id,
  kind: key.kind,
  name: key.name,
  organization: org_id ?? '(every)',
  user: key.user_id ?? '',
  scopes: scopes.join(' '),
  state: revoked_at ? 'revoked' : expires_at ? `until ${expires_at.toISOString()}` : 'valid',
});
