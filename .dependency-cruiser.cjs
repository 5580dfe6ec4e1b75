/**
 * The one-way streets of the house. Each room lists whom it may import; everything else is refused.
 * docs/rooms.svg draws what they import (npm run graph).
 */
const load = ['options', 'openapi', 'api', 'target', 'result'];
const rooms = {
  options: [],
  result: [],
  history: ['result'],
  openapi: ['result'],
  api: ['openapi', 'result'],
  target: ['options', 'openapi', 'api', 'result'],
  contract: ['options', 'openapi', 'api', 'target', 'result'],
  'contract/cases': ['openapi', 'api', 'result'],
  'contract/refusal': ['openapi', 'api', 'result'],
  'contract/checks': ['contract/cases', 'contract/refusal', 'openapi', 'api', 'result'],
  'contract/budget': ['contract/cases', 'contract/commands.ts', 'openapi', 'api', 'result'],
  tests: ['openapi', 'contract', 'target', 'result'],
  load,
  'load/arrivals': ['options'],
  'load/attack': ['api', 'target', 'result'],
  'load/metrics': ['load/arrivals', 'openapi', 'result'],
  'load/scenario': ['load/arrivals', 'load/metrics', ...load],
  'load/judge': ['load/arrivals', 'load/metrics', 'load/scenario', ...load],
  'load/engine': ['load/arrivals', 'load/attack', 'load/metrics', 'load/scenario', 'load/judge', ...load],
  'load/workers': ['load/arrivals', 'load/metrics', 'load/scenario', 'load/engine', ...load],
  'load/capacity': [
    'load/arrivals',
    'load/metrics',
    'load/scenario',
    'load/judge',
    'load/engine',
    'load/workers',
    ...load,
  ],
  'load/options': [
    'load/arrivals',
    'load/metrics',
    'load/scenario',
    'load/capacity',
    'load/plan.ts',
    ...load,
  ],
  drift: ['result'],
  doctor: ['options', 'openapi', 'api', 'contract', 'target', 'result'],
  reports: ['options', 'result', 'history'],
  sandbox: ['options', 'openapi/generated'],
  deploy: ['reports', 'result', 'history'],
  commands: [
    'options',
    'openapi',
    'api',
    'contract',
    'target',
    'load',
    'doctor',
    'drift',
    'history',
    'reports',
    'result',
    'sandbox',
  ],
};

const roomRules = Object.entries(rooms).map(([room, may]) => ({
  name: `${room.replace('/', '-')}-imports-only-${may.length === 0 ? 'itself' : 'downwards'}`,
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
      name: 'one-client-for-single-requests',
      severity: 'error',
      comment:
        'target/http-client.ts and load/attack/ send, over tunnels of target/proxy-tunnel.ts; the sandbox answers; doctor/network.ts connects and writes nothing',
      from: {
        path: '^[a-z]',
        pathNot:
          '^(target/http-client|target/proxy|target/trusting|load/attack/|doctor/network|sandbox/|selftest|bench)',
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
