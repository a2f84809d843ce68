import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import { finish } from './finished.site.ts';
import { linkAsInRepository, placeOf, ROOT } from './repository.links.ts';

// npm run docs:build makes dist/handbook, which the service serves at /handbook.

/** The groups of docs/index.md with their links, so that a page is entered in one place. */
function groups(): DefaultTheme.SidebarItem[] {
  const [, ...sections] = readFileSync(join(ROOT, 'docs/index.md'), 'utf8').split(/^## /m);
  return sections.map((section) => ({
    text: section.split('\n', 1)[0] as string,
    items: [...section.matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, text = '', path = '']) => ({
      text,
      link: `/${placeOf(path.startsWith('../') ? path.slice(3) : `docs/${path}`)}`.replace(/\.md$/, ''),
    })),
  }));
}

export default defineConfig({
  title: 'Sync Operations',
  description: 'The handbook of Sync Operations.',
  lang: 'en',
  base: '/handbook/',
  // It would be switched off by a style element, which the policy of the page refuses.
  appearance: { disableTransition: false },
  srcDir: '..',
  srcExclude: ['!(docs|clients|sandbox)/**', '*.md', '**/*.api.md'],
  rewrites: (file) => placeOf(file) ?? file,
  outDir: '../dist/handbook',
  cacheDir: '../dist/.vitepress',
  cleanUrls: true,
  head: [['link', { rel: 'icon', href: '/icon.svg', type: 'image/svg+xml' }]],
  // Themes whose every colour can be read on the ground of a block.
  markdown: {
    config: linkAsInRepository,
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  // The index of the search is one file, which is loaded with the first search.
  vite: { build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 1_000 } },
  themeConfig: {
    nav: [],
    sidebar: groups(),
    outline: [2, 3],
    search: { provider: 'local' },
  },
  buildEnd: ({ outDir }) => finish(outDir),
});
