import { defineConfig } from 'vitest/config'

/** What starts servers and browsers of its own, or measures its own time, and should share nothing with anybody. */
const WHOLE = [
  ...['tests/scenarios/**/*.test.ts', 'tests/browser/**/*.test.ts'],
  ...['tests/cli/process.test.ts', 'tests/committee/verify-speed.test.ts'],
]

export default defineConfig({
  test: {
    globalSetup: ['tests/support/global-setup.ts'],
    // Most of a test is waiting for a disk, a process or a browser: on two cores two files at a time take half as long.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['tests/**/*.test.ts'],
          exclude: ['dist/**', 'node_modules/**', ...WHOLE],
          // No test mocks a module or leaves anything behind in one: a worker that is kept spares each file its start.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'whole', include: WHOLE, exclude: ['dist/**', 'node_modules/**'] } },
    ],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
