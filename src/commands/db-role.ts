import { parseArgs } from 'node:util';
import { idFault } from '../common/identity.ts';
import { ConfigurationError, loadEnvironment } from '../config/environment.ts';
import { withOwnerUrl } from '../database/open-database.ts';
import { urlOfRole } from '../database/provision.ts';
import { SqlRoles } from '../tenancy/sql.roles.ts';
import { runCommand } from './run-command.ts';

const USAGE = `Usage:
  npm run --silent db:role -- create --name NAME --org ORG [--user USER]     a login for plain SQL, bound to one organization
  npm run --silent db:role -- list
  npm run --silent db:role -- drop NAME`;

/** What needs no quotes in SQL, so that nobody logs in with a name that only looks like another. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

await runCommand(async () => {
  const environment = loadEnvironment();
  const { values, positionals } = parse();
  const [action, name] = positionals;
  if (action !== 'create' && action !== 'list' && action !== 'drop') throw new ConfigurationError(USAGE);
  await withOwnerUrl(environment, (ownerUrl) =>
    SqlRoles.with(ownerUrl, async (roles) => {
      if (action === 'list') return console.table(await roles.list());
      if (action === 'drop') return printDropped(name, name !== undefined && (await roles.drop(name)));
      const role = newRole(values);
      const password = await roles.create(role.name, role.org, role.user);
      if (password === undefined)
        throw new ConfigurationError(`The database already has a role named ${role.name}; choose another name.`);
      console.error(
        `${role.name} sees and changes the rows of ${role.org} only; the trail names ${role.user}. Shown once:`,
      );
      console.log(urlOfRole(ownerUrl, role.name, password));
    }),
  );
});

function parse() {
  try {
    const options = { name: { type: 'string' }, org: { type: 'string' }, user: { type: 'string' } } as const;
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw new ConfigurationError(`${(error as Error).message}\n${USAGE}`);
  }
}

/** The user is the role's own name unless one is given, so that no entry of the trail is anonymous. */
function newRole({ name, org, user }: ReturnType<typeof parse>['values']) {
  if (!name || !NAME.test(name))
    throw new ConfigurationError(
      `--name is required: lower-case letters, digits and _, at most 63, the first a letter.\n${USAGE}`,
    );
  return { name, org: id('--org', org), user: id('--user', user ?? name) };
}

function id(option: string, value: string | undefined): string {
  const fault = idFault(value);
  if (fault) throw new ConfigurationError(`${option} ${fault}.\n${USAGE}`);
  return value as string;
}

function printDropped(name: string | undefined, dropped: boolean): void {
  if (!dropped)
    throw new ConfigurationError(`There is no such role as ${name ?? '(none given)'}; see: npm run db:role -- list`);
  console.log(`Dropped ${name}.`);
}
