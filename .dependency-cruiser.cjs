/**
 * The one-way streets of the house. Each room lists whom it may import; everything else is refused.
 * The table is the same as the one in ARCHITECTURE.md.
 */
const result = ['result', 'contract-result', 'load-result', 'exchange'].map((name) => `reports/${name}.ts`);
const rooms = {
  options: [],
  openapi: [...result],
  contract: ['openapi', ...result],
  target: ['options', 'openapi', 'contract', ...result],
  tests: ['options', 'openapi', 'contract', 'target', ...result],
  load: ['options', 'openapi', 'contract', 'target', ...result],
  doctor: ['options', 'openapi', 'contract', 'target', ...result],
  reports: ['options'],
  sandbox: ['options', 'openapi/generated'],
  deploy: ['reports'],
  commands: ['options', 'openapi', 'contract', 'target', 'tests', 'load', 'doctor', 'reports', 'sandbox'],
};

const roomRules = Object.entries(rooms).map(([room, may]) => ({
  name: `${room}-imports-only-${may.length === 0 ? 'itself' : 'downwards'}`,
  comment: `${room}/ may import ${['itself', ...may].join(', ')}`,
  severity: 'error',
  from: { path: `^${room}/` },
  to: {
    path: '^[a-z]',
    dependencyTypesNot: ['core'],
    pathNot: ['node_modules', ...[room, ...may].map((allowed) => `^${allowed.replace('.', '\\.')}(/|$)`)],
  },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nobody-imports-tests-of-the-tool',
      severity: 'error',
      from: { pathNot: '^(selftest|bench)/' },
      to: { path: '^(selftest|bench)/' },
    },
    {
      name: 'one-room-knows-autocannon',
      severity: 'error',
      from: { path: '^[a-z]', pathNot: '^(load/attack|selftest|bench)' },
      to: { path: 'node_modules/(@types/)?autocannon' },
    },
    {
      name: 'one-door-for-single-requests',
      severity: 'error',
      comment:
        'target/http-client.ts and load/attack/ send; the sandbox answers; doctor/network.ts connects and writes nothing',
      from: {
        path: '^[a-z]',
        pathNot: '^(target/http-client|load/attack/|doctor/network|sandbox/|selftest|bench)',
      },
      to: { path: '^(https?|http2|net|tls)$|node_modules/undici' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(reports/runs|test-results)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
