import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number, setupFiles: string[] = [], isolate = true) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: 60_000,
    setupFiles,
    isolate,
  },
});

const stretchOnce = ['./test/support/stretch-once.ts'];

export default defineConfig({
  test: {
    // one process a file: servers, databases and libsodium's memory end with it
    pool: 'forks',
    // with two files at once, browsers and servers that wait for each other leave two processors half idle
    maxWorkers: 3,
    // what a page comes to show is waited for as long as it takes on a busy machine, not for a second
    expect: { poll: { timeout: 20_000 } },
    reporters: ['default', './test/support/reporter.ts'],
    projects: [
      // without servers and databases, files can share a process and load every module once
      project('unit', 20_000, ['./test/support/seed.ts'], false),
      project('vectors', 60_000, [], false),
      project('http', 30_000, stretchOnce),
      project('fuzz', 60_000),
      project('browser', 120_000, stretchOnce),
    ],
  },
});
