import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { bundleForBrowser } from '../../browser/support/browser.bundle.ts';

const ENTRY = `
import '@sync-operations/react/style.css';
export * from '@sync-operations/react';
`;

it('the whole React package is under 15 kB gzipped, with its stylesheet and the EventSource, without React', async () => {
  const { js, css } = await bundleForBrowser('test/clients/react/whole-package.ts', {
    sources: { 'test/clients/react/whole-package.ts': ENTRY },
    external: ['react', 'react/jsx-runtime'],
    mode: 'production',
  });
  for (const part of ['useSyncExternalStore', 'text/event-stream', 'Last-Event-ID']) expect(js).toContain(part);
  expect(css).toContain('.sync-card');
  expect(gzipSync(js).length + gzipSync(css).length).toBeLessThan(15_000);
});
