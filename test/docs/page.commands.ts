import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';

/** Every page that is written for people who use or run the service. */
export const PAGES: readonly string[] = [
  ...['README.md', 'sandbox/README.md'],
  ...globSync(['docs/*.md', 'docs/spec/*.md', 'clients/*/README.md']),
].sort();

export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
  /** Why it cannot be run in a test: what the comment before it says. */
  readonly notRun: string | undefined;
}

const FENCE = /^(?:<!-- not run here: ([^>]+) -->\n)?```(\w*)[^\n]*\n(.*?)^```$/gms;

export const blocksOf = (page: string): Block[] =>
  [...readFileSync(page, 'utf8').matchAll(FENCE)].map(([, notRun, language = '', text = '']) => ({
    ...{ page, language, text, notRun },
  }));

/** What a person pastes into a shell. */
export const isShell = ({ language }: Block): boolean => ['sh', 'bash', 'shell', 'console'].includes(language);

/** The shell commands of a page that can be run, as one person pastes them one after the other. */
export const commandsOf = (page: string): string =>
  blocksOf(page)
    .filter((block) => isShell(block) && block.notRun === undefined)
    .map(({ text }) => text)
    .join('\n');

/** In one shell, which ends at the first command that fails. */
export async function runShell(
  commands: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string; lines: string[] }> {
  const { PATH = '', HOME = '' } = process.env;
  const shell = spawn('sh', ['-ec', commands], {
    env: { PATH, HOME, npm_config_update_notifier: 'false', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const [code] = await once(shell, 'close');
  return { code, output, lines: output.split('\n').filter(Boolean) };
}
