import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@sync-operations/source', 'node', 'node-addons'] },
  ssr: { resolve: { conditions: ['@sync-operations/source', 'node', 'node-addons'] } },
  test: {
    include: [
      'src/**/*.test.ts',
      'packages/**/*.test.ts',
      'sandbox/src/**/*.test.ts',
      'web/src/**/*.test.ts',
      'clients/*/src/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'dist/**', 'clients/*/dist/**'],
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
