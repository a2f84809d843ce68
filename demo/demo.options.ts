import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** End everything after the result instead of staying up. */
  readonly exit: boolean;
  /** No pause between batches. */
  readonly fast: boolean;
  readonly customers: number;
  readonly orgId: string;
}

const USAGE = `Usage: npm run demo -- [--exit] [--fast] [--customers N] [--org NAME]
  --exit         end after the result: exit code 0 when every check is right
  --fast         no pause between batches
  --customers N  customers in the sandbox shop, 1 to 1,000,000 (5000)
  --org NAME     the organization the sync belongs to (org-demo)`;

/** Parses the command line; throws an Error whose message says how to correct it. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { exit, fast, customers, org } = parse(args);
  if (!/^[1-9]\d{0,6}$/.test(customers) || Number(customers) > 1_000_000)
    throw new Error('--customers must be a whole number from 1 to 1000000.');
  // It is printed in commands to copy, so it may hold nothing that a shell or a URL would have to quote.
  if (!/^[\w.-]{1,60}$/.test(org))
    throw new Error('--org takes up to 60 letters, digits, dots, dashes and underscores.');
  return { exit, fast, customers: Number(customers), orgId: org };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      exit: { type: 'boolean', default: false },
      fast: { type: 'boolean', default: false },
      customers: { type: 'string', default: '5000' },
      org: { type: 'string', default: 'org-demo' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`);
  }
}
