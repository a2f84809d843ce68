/** Real Postgres, real HTTP: see test/support/. Node's ESM loader runs the modules, swc only strips types and emits decorators. */
export default {
  testEnvironment: 'node',
  // Packages of this repository are read from their sources, without a build.
  testEnvironmentOptions: { customExportConditions: ['@sync-operations/source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  testMatch: [
    '<rootDir>/src/**/*.test.ts',
    '<rootDir>/packages/**/*.test.ts',
    '<rootDir>/sandbox/src/**/*.test.ts',
    '<rootDir>/web/src/**/*.test.ts',
    '<rootDir>/clients/*/src/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/dist/', '<rootDir>/clients/[^/]+/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/clients/[^/]+/dist/'],
  collectCoverageFrom: ['src/**/*.ts', 'packages/*/src/**/*.ts', 'sandbox/src/**/*.ts', '!**/*.test.ts'],
  coverageReporters: ['text-summary', 'lcov'],
  maxWorkers: 2,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 60_000,
};
