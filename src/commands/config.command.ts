import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { ConfigurationError } from '../config/environment.ts';
import { apiOf, withApiOptions } from './api.calls.ts';
import { printResult } from './command.line.ts';
import { parseCredentials, parseDocument, printDocument } from './config/config.document.ts';
import { planAsText, planConfig } from './config/config.plan.ts';
import { applyPlan, assertPossible, documentOf, readConfig } from './config/config.service.ts';

interface ApplyOptions {
  readonly prune?: boolean;
  readonly credentials?: string;
  readonly yes?: boolean;
}

/** Connections without their secrets, schedules and alert rules as YAML, over the API. */
export function addConfig(program: Command): void {
  const config = program.command('config').description('connections, schedules and alert rules as a file');
  withApiOptions(config.command('export'))
    .description('print what the organization has as YAML, without secrets')
    .action(async (_, command: Command) => {
      const document = documentOf(await readConfig(apiOf(command)));
      printResult(command, document, () => process.stdout.write(printDocument(document)));
    });
  withApiOptions(config.command('plan'))
    .description('show what apply would change; changes nothing')
    .argument('<file>')
    .option('--prune', 'remove schedules and alert rules that the file does not name')
    .action(async (file: string, { prune }: ApplyOptions, command: Command) => {
      const plan = planConfig(parseDocument(contentOf(file)), await readConfig(apiOf(command)), { prune });
      printResult(command, plan, (found) => console.log(planAsText(found)));
    });
  withApiOptions(config.command('apply'))
    .description('make the organization as the file says; a second time changes nothing')
    .argument('<file>')
    .option('--prune', 'remove schedules and alert rules that the file does not name')
    .option('--credentials <file>', 'YAML: the name of a connection, and under it its credentials')
    .option('--yes', 'make the changes; without it they are only shown')
    .action((file: string, options: ApplyOptions, command: Command) => apply(file, options, command));
}

async function apply(file: string, { prune, credentials, yes }: ApplyOptions, command: Command): Promise<void> {
  const api = apiOf(command);
  const document = parseDocument(contentOf(file));
  const secrets = credentials ? parseCredentials(contentOf(credentials)) : {};
  const current = await readConfig(api);
  const plan = planConfig(document, current, { prune });
  assertPossible(plan, current, secrets);
  printResult(command, plan, (found) => console.log(planAsText(found)));
  if (plan.changes.length === 0) return;
  if (!yes) throw new ConfigurationError('Nothing is changed yet: add --yes to make these changes.');
  await applyPlan(api, plan, current, secrets, (line) => console.error(line));
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
