import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { compile } from 'tailwindcss';

/** The stylesheet Tailwind would make for `source`: its preflight, and a rule for each class that stands in it. */
export async function tailwindFor(source: string): Promise<string> {
  const { build } = await compile('@import "tailwindcss";', {
    loadStylesheet: async () => {
      const path = createRequire(import.meta.url).resolve('tailwindcss/index.css');
      return { path, base: path, content: await readFile(path, 'utf8') };
    },
  });
  return build(source.match(/[\w:./%[\]-]+/g) ?? []);
}
