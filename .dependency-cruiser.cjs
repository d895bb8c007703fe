/** Which part may import which: "the server cannot decrypt" is a rule of the build. */
module.exports = {
  forbidden: [
    {
      name: 'server-cannot-decrypt',
      comment: 'The server sees crypto/ through its public door only.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^crypto/', pathNot: '^crypto/public\\.ts$' },
    },
    {
      name: 'server-apart-from-clients',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(views|client|build|test)/' },
    },
    {
      name: 'server-does-not-open-or-seal',
      comment: 'libsodium reaches the server through crypto/public.ts alone.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: 'node_modules/(libsodium|@scure/|@noble/)' },
    },
    {
      name: 'crypto-is-pure',
      comment: 'No network, file, DOM, clock; nothing of ours from outside.',
      severity: 'error',
      from: { path: '^crypto/' },
      to: {
        pathNot: [
          '^crypto/',
          'node_modules/(libsodium-wrappers(-sumo)?|@scure/bip39|@noble/hashes|valibot)/',
        ],
      },
    },
    {
      name: 'crypto-has-two-doors',
      severity: 'error',
      from: { pathNot: '^(crypto|test)/' },
      to: { path: '^crypto/', pathNot: '^crypto/(private|public)\\.ts$' },
    },
    {
      name: 'public-door-opens-nothing-private',
      comment: 'What the server imports must not lead on to the private door.',
      severity: 'error',
      from: { path: '^crypto/public\\.ts$' },
      to: { path: '^crypto/private\\.ts$', reachable: true },
    },
    {
      name: 'client-stands-alone',
      severity: 'error',
      from: { path: '^client/', pathNot: '^client/demo(/|\\.ts$)' },
      to: { path: '^(server|views|migrations|build|test)/' },
    },
    {
      name: 'browser-apart-from-server',
      severity: 'error',
      from: { path: '^views/' },
      to: { path: '^(server|migrations|build|test)/' },
    },
    {
      name: 'browser-without-node',
      severity: 'error',
      from: { path: '^views/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'A released migration must do the same for ever.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { path: '^(crypto|client|server|views|build|test)/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { pathNot: '^(test/|vitest\\.config\\.ts)' },
      to: { path: '^test/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
