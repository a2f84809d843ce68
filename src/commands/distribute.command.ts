import type { Command } from 'commander';
import { ConfigurationError } from '../config/environment.ts';
import type { Distribution } from '../database/distribution.ts';
import { asOwner, printResult } from './command.line.ts';

/** Spreads the organizations over the workers of a Citus. */
export function addDistribute(program: Command): void {
  program
    .command('distribute')
    .description("spread the organizations over the workers of a Citus; with the owner's URL, right after migrate")
    .action((_, command: Command) => run(command));
}

async function run(command: Command): Promise<void> {
  const [{ clientOf }, { citusCatalogue, distribute }] = await Promise.all([
    import('../database/owner.client.ts'),
    import('../database/distribution.ts'),
  ]);
  const done = await asOwner(async (ownerUrl) => {
    const client = clientOf(ownerUrl, { name: 'distribute', answerMs: 0 });
    await client.connect();
    try {
      const query = async <Row extends object>(text: string) => (await client.query(text)).rows as Row[];
      if ((await citusCatalogue(query)) === null)
        throw new ConfigurationError(
          'There is no Citus in this database, so nothing was distributed. As a superuser run CREATE EXTENSION citus and add the workers, migrate, and try again; docs/citus.md says how.',
        );
      await client.query('BEGIN');
      const result = await distribute(query);
      await client.query('COMMIT');
      return result;
    } finally {
      await client.end();
    }
  });
  printResult(command, done, tell);
}

function tell({ distributed, delegated, settings, before }: Distribution): void {
  if (distributed.length + delegated.length + settings.length === 0)
    console.log(`Nothing to do: ${before} tables are distributed by org_id.`);
  for (const setting of settings) console.log(`Set ${setting} for the database.`);
  for (const table of distributed) console.log(`Distributed ${table} by org_id.`);
  for (const name of delegated) console.log(`Delegated ${name} to the worker of its organization.`);
}
