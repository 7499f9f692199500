import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    globalSetup: ['tests/support/global-setup.ts'],
    // Most of a test is waiting for a disk, a process or a browser: on two cores two files at a time take half as long.
    maxWorkers: '100%',
    // No test mocks a module or leaves anything behind in one: a worker that is kept spares each file its start.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
