/** Jest over all rooms: TypeScript through swc, native ES modules. */
export default {
  testEnvironment: 'node',
  // No test measures time; a busy machine may be slow to stop a server.
  testTimeout: 60_000,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/docs'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/docs/build/', '/\\.docusaurus/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^@svclab/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          target: 'es2022',
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
