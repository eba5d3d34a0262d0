import { defineConfig } from 'vitest/config';

/** Proofs take seconds each: long histories, mutants, whole searches, real processes. */
const proofs = ['test/**/*.proof.test.ts'];
const unit = [
  'test/core',
  'test/engine',
  'test/domains',
  'test/testing',
  'test/cli',
  'test/aws',
  'test/http',
  'test/client',
  'test/console',
  'test/adapters',
  'test/structure',
  'test/docs',
  'test/manifest',
  'test/hotel',
  'test/package',
  'test/model',
].map((room) => `${room}/**/*.test.ts`);

/** A test or a hook is given up after this long (milliseconds): far longer than any takes, since no timing decides a test and a busy machine fails none. */
const patience = { testTimeout: 1_800_000, hookTimeout: 1_800_000 };
/** Where there are properties. */
const setupFiles = ['test/support/seed.ts'];
/** What needs nothing but processors: vitest by itself leaves one idle. All that run together must say the same. */
const maxWorkers = '100%';

export default defineConfig({
  test: {
    projects: [
      // The inner loop: no network, no engine, seconds.
      // One thread for many files: importing the same modules again for each was most of the time.
      {
        test: {
          name: 'unit',
          include: [...unit, 'test/contract/{memory,sqlite}.test.ts'],
          exclude: proofs,
          setupFiles,
          ...patience,
          maxWorkers,
          pool: 'threads',
          isolate: false,
        },
      },
      // Proofs without an engine: as quick as they can be, and slower than an inner loop may be.
      // One process for many files, as above.
      { test: { name: 'proofs', include: proofs, setupFiles, ...patience, maxWorkers, isolate: false } },
      // Synthesis of the real app. One process for many files: to import the CDK for each took as long as the tests.
      { test: { name: 'infra', include: ['test/infra/**/*.test.ts'], setupFiles, ...patience, maxWorkers, isolate: false } },
      // A real engine, a real deployment, real HTTP. One process for many files, as above.
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/contract/engines.test.ts'],
          setupFiles,
          globalSetup: 'test/integration/setup.ts',
          ...patience,
          isolate: false,
        },
      },
      // The store alone on an engine that is independent of the local default; it needs Java.
      {
        test: {
          name: 'engines',
          include: ['test/contract/engines.test.ts'],
          setupFiles,
          ...patience,
        },
      },
      // A project of its own, from the packed packages and the registry: as somebody meets Foldstream first.
      { test: { name: 'create', include: ['test/create/**/*.test.ts'], ...patience } },
      // What takes longer than anybody wants to wait for at each change.
      {
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          ...patience,
          maxWorkers,
        },
      },
      // The same, over HTTP: minutes on a real engine.
      {
        test: {
          name: 'long-http',
          include: ['test/long-http/**/*.test.ts'],
          globalSetup: 'test/integration/setup.ts',
          ...patience,
          isolate: false,
        },
      },
    ],
  },
});
