/** Real Postgres, real HTTP: see test/support/. Node's ESM loader runs the modules, swc only strips types and emits decorators. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  testMatch: [
    '<rootDir>/src/**/*.test.ts',
    '<rootDir>/sandbox/**/*.test.ts',
    '<rootDir>/web/src/**/*.test.ts',
    '<rootDir>/clients/*/src/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  collectCoverageFrom: ['src/**/*.ts', 'sandbox/**/*.ts', '!**/*.test.ts'],
  coverageReporters: ['text-summary', 'lcov'],
  maxWorkers: 2,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 60_000,
};
