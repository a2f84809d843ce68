import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Packages of this repository are read from their sources, without a build. */
const CONDITIONS = ['@sync-operations/source', 'node', 'node-addons'];

/** What takes longest begins first, so that no worker is left with it at the end. */
const SLOW = [
  'test/runs/killed-workers',
  'test/simulation/',
  'test/demo/',
  'test/browser/',
  'test/clients/packages',
  'test/embedded-postgres/',
];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = SLOW.findIndex((part) => moduleId.includes(part));
      return index < 0 ? SLOW.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/** Real Postgres, real HTTP: see test/support/. */
export default defineConfig({
  resolve: { conditions: CONDITIONS },
  ssr: { resolve: { conditions: CONDITIONS } },
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
    coverage: {
      include: ['src/**/*.ts', 'packages/*/src/**/*.ts', 'sandbox/src/**/*.ts'],
      reporter: ['text-summary', 'lcov'],
    },
    pool: 'forks',
    // A worker loads the service once, not once a file.
    isolate: false,
    // Two cores: many tests wait for processes and browsers, and leave them a third of the time.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
