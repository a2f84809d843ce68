import { existsSync } from 'node:fs';
import { dirname, posix, relative, resolve } from 'node:path';
import type { MarkdownEnv, MarkdownOptions } from 'vitepress';

type MarkdownIt = Parameters<NonNullable<MarkdownOptions['config']>>[0];
type Token = ReturnType<MarkdownIt['parse']>[number];

export const ROOT = resolve(import.meta.dirname, '../..');

/** Where a page stands in the handbook, by where its file stands in the repository; undefined: it is no page of it. */
export function placeOf(file: string): string | undefined {
  if (!file.endsWith('.md')) return undefined;
  const [, page] = /^docs\/(.+)$/.exec(file) ?? [];
  if (page) return page;
  const [, client] = /^clients\/(\w+)\/README\.md$/.exec(file) ?? [];
  if (client) return `clients/${client}.md`;
  return file === 'sandbox/README.md' ? 'sandbox.md' : undefined;
}

/**
 * The pages are written to be read in the repository, too, so their links are those of files. A link to another page leads there; one to any
 * other file of the repository is its name, since the service has no sources to show. One to a file that does not exist ends the build.
 */
export function linkAsInRepository(md: MarkdownIt): void {
  md.core.ruler.push('repository_links', ({ tokens, env }) => {
    const { realPath, path } = env as MarkdownEnv & { realPath?: string };
    for (const { children } of tokens) if (children) redirect(children, realPath ?? path);
  });
}

function redirect(tokens: Token[], page: string): void {
  let isFile = false;
  for (const token of tokens) {
    if (token.type === 'link_open') {
      const href = token.attrGet('href') ?? '';
      isFile = false;
      if (/^(\w+:|#|\/)/.test(href)) continue;
      const [path = '', anchor] = href.split('#');
      const file = resolve(dirname(page), decodeURI(path));
      if (!existsSync(file)) throw new Error(`${relative(ROOT, page)} links to ${href}, which does not exist.`);
      const place = placeOf(posix.normalize(relative(ROOT, file)));
      isFile = place === undefined;
      if (place === undefined) asHtml(token, '<code>');
      else token.attrSet('href', `/${place}${anchor === undefined ? '' : `#${anchor}`}`);
    } else if (token.type === 'link_close' && isFile) asHtml(token, '</code>');
  }
}

function asHtml(token: Token, html: string): void {
  token.type = 'html_inline';
  token.tag = '';
  token.nesting = 0;
  token.content = html;
}
