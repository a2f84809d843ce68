/** The direction of dependencies, as ARCHITECTURE.md draws it: each layer may use those before it and none after. */
const LAYERS = [
  ['config', 'common'],
  ['tracing'],
  ['database'],
  ['backup'],
  ['rates'],
  ['auth'],
  ['tenancy'],
  ['quotas'],
  ['metrics'],
  ['jobs'],
  ['idempotency'],
  ['progress', 'activity', 'preview-cache'],
  ['members'],
  ['connectors'],
  ['planning'],
  ['records'],
  ['runs'],
  ['previews'],
  ['schedules', 'webhooks', 'webhook-endpoints'],
  ['alerts'],
  ['erasures'],
  ['console'],
  ['dashboard', 'health'],
  ['http'],
];

const folders = (layers) => `^src/(${layers.flat().join('|')})/`;

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...LAYERS.slice(0, -1).map((layer, index) => ({
      name: `${layer.join('-')}-knows-no-later-layer`,
      severity: 'error',
      from: { path: folders([layer]) },
      to: { path: [folders(LAYERS.slice(index + 1)), '^src/[^/]+\\.ts$', '^src/commands/'] },
    })),
    ...LAYERS[11].map((name) => ({
      name: `${name}-stands-alone`,
      comment: "A domain module uses another's exported service, never its SQL or its tables.",
      severity: 'error',
      from: { path: `^src/${name}/` },
      to: {
        path: `^src/(${LAYERS[11].filter((other) => other !== name).join('|')})/`,
        pathNot: '\\.(service|module)\\.ts$',
      },
    })),
    {
      name: 'the-service-needs-nothing-around-it',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(test|demo|sandbox|bench|clients)/' },
    },
    {
      name: 'packages-stand-alone',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(src|migrations|test|demo|sandbox|bench|clients|web)/' },
    },
    {
      name: 'the-sandbox-stands-alone',
      comment: 'It imitates a foreign system, so it must not share our code.',
      severity: 'error',
      from: { path: '^sandbox/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(src|migrations|test|demo|clients)/' },
    },
    {
      name: 'the-dashboard-uses-the-client-only',
      comment: 'What it can do, any client of the API can do.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|migrations|test|demo|sandbox|bench)/' },
    },
    {
      name: 'clients-stand-alone',
      severity: 'error',
      from: { path: '^clients/' },
      to: { path: '^(src|migrations|test|demo|sandbox|bench|web)/' },
    },
    {
      name: 'only-declared-packages',
      severity: 'error',
      from: { path: '^(src|migrations|packages)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type imports count: a type that lives upstairs is a dependency on upstairs.
    tsPreCompilationDeps: true,
    exclude: { path: '^clients/typescript/src/generated/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      // For packages that have nothing but `exports`.
      exportsFields: ['exports'],
      conditionNames: ['@sync-operations/source', 'import', 'node', 'default', 'types'],
    },
  },
};
