import type { Command } from 'commander';
import { ConfigurationError } from '../config/environment.ts';
import type { SqlRoles } from '../tenancy/sql.roles.ts';
import { asOwner, printResult } from './command.line.ts';

/** What needs no quotes in SQL, so that nobody logs in with a name that only looks like another. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

interface NewRole {
  readonly name?: string;
  readonly org?: string;
  readonly user?: string;
  readonly payloads: boolean;
}

/** Logins for plain SQL, each bound to one organization. */
export function addRoles(program: Command): void {
  const roles = program.command('roles').description('logins for plain SQL, each bound to one organization');
  roles
    .command('create')
    .description('make a login and print its URL, once')
    .option('--name <name>', 'lower-case letters, digits and _, at most 63')
    .option('--org <org>', 'the organization whose rows it sees')
    .option('--user <user>', 'whom the trail names; the name of the login unless given')
    .option('--no-payloads', 'it reads no column that may hold values of persons')
    .action((given: NewRole, command: Command) =>
      withRoles(async (sqlRoles, ownerUrl) => {
        const role = await checked(given);
        const password = await sqlRoles.create(role.name, role.org, role.user, given.payloads);
        if (password === undefined)
          throw new ConfigurationError(`The database already has a role named ${role.name}; choose another name.`);
        console.error(
          `${role.name} sees and changes the rows of ${role.org} only; the trail names ${role.user}. Shown once:`,
        );
        const { urlOfRole } = await import('../database/provision.ts');
        const url = urlOfRole(ownerUrl, role.name, password);
        printResult(command, { ...role, payloads: given.payloads, url }, () => console.log(url));
      }),
    );
  roles
    .command('list')
    .description('the logins')
    .action((_, command: Command) =>
      withRoles(async (sqlRoles) => printResult(command, await sqlRoles.list(), (list) => console.table(list))),
    );
  roles
    .command('drop')
    .description('end a login')
    .argument('[name]')
    .action((name: string | undefined, _, command: Command) =>
      withRoles(async (sqlRoles) => {
        if (name === undefined || !(await sqlRoles.drop(name)))
          throw new ConfigurationError(
            `There is no such role as ${name ?? '(none given)'}; see: npm run db:role -- list`,
          );
        printResult(command, { dropped: name }, () => console.log(`Dropped ${name}.`));
      }),
    );
}

async function withRoles(work: (roles: SqlRoles, ownerUrl: string) => Promise<void>): Promise<void> {
  const { SqlRoles } = await import('../tenancy/sql.roles.ts');
  return asOwner((ownerUrl) => SqlRoles.with(ownerUrl, (roles) => work(roles, ownerUrl)));
}

/** The user is the role's own name unless one is given, so that no entry of the trail is anonymous. */
async function checked({ name, org, user }: Omit<NewRole, 'payloads'>) {
  if (!name || !NAME.test(name))
    throw new ConfigurationError(
      '--name is required: lower-case letters, digits and _, at most 63, the first a letter.',
    );
  return { name, org: await id('--org', org), user: await id('--user', user ?? name) };
}

async function id(option: string, value: string | undefined): Promise<string> {
  const { idFault } = await import('../common/identity.ts');
  const fault = idFault(value);
  if (fault) throw new ConfigurationError(`${option} ${fault}.`);
  return value as string;
}
