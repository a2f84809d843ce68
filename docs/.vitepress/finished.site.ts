import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What is done to the built site: anchors are checked, inline scripts are listed for the page policy, files are compressed once. */
export function finish(outDir: string): void {
  const pages = new Map(
    globSync('**/*.html', { cwd: outDir }).map((name) => [name, readFileSync(join(outDir, name), 'utf8')]),
  );
  checkAnchors(pages);
  writeFileSync(join(outDir, 'inline-scripts.json'), JSON.stringify(inlineScripts([...pages.values()])));
  for (const name of globSync('**/*.{html,js,css}', { cwd: outDir })) compress(join(outDir, name));
}

/** vitepress looks at the pages that links lead to, not at the places on them. */
function checkAnchors(pages: ReadonlyMap<string, string>): void {
  const ids = new Map([...pages].map(([name, html]) => [name, new Set(allMatches(html, / id="([^"]+)"/g))]));
  const broken = [...pages].flatMap(([name, html]) =>
    allMatches(html, / href="(\/handbook\/[^"]*#[^"]+|#[^"]+)"/g)
      .map((href) => [href, ...decodeURI(href).split('#')] as const)
      .filter(([, path, id]) => !ids.get(path === '' ? name : fileOf(path as string))?.has(id as string))
      .map(([href]) => `${name} links to ${href}, which does not exist.`),
  );
  if (broken.length > 0) throw new Error([...new Set(broken)].join('\n'));
}

const fileOf = (path: string): string => `${path.slice('/handbook/'.length) || 'index'}.html`;

const allMatches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found as string);

/** As a Content-Security-Policy names them. */
function inlineScripts(pages: readonly string[]): string[] {
  const scripts = pages.flatMap((html) => allMatches(html, /<script(?![^>]* src=)[^>]*>([\s\S]*?)<\/script>/g));
  const hashes = scripts.map((script) => `sha256-${createHash('sha256').update(script).digest('base64')}`);
  return [...new Set(hashes)].sort();
}

function compress(file: string): void {
  const content = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
}
