#!/usr/bin/env node
/**
 * The entry. Looks at Node first, so that an old one gets a sentence instead of a stack; everything else is loaded
 * afterwards, and the desk itself only by commands that need it.
 */
import nodeModule from 'node:module'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { DeskConnection } from './cli/client.ts'
import type { CliContext, DeskDoor, Settings } from './cli/context.ts'

/**
 * Oldest Node the compiled program was tried on. A checkout brings its own, which reads TypeScript; what a package asks
 * for in its manifest is what its dependencies promise to work on.
 */
const OLDEST_NODE = [20, 19] as const

/** What was compiled once is read ready-made the next time: it halves the start. Where it cannot be kept, nothing is lost. */
function keepCompiled(): void {
  nodeModule.enableCompileCache?.(join(import.meta.dirname, '../node_modules/.cache/rundesk'))
}

async function main(): Promise<number> {
  keepCompiled()
  const [{ runCommandLine }, { createOutput }, { systemClock }, { readPackageVersion }] = await Promise.all([
    import('./cli/command-line.ts'),
    import('./cli/terminal.ts'),
    import('./core/clock.ts'),
    import('./core/package-root.ts'),
  ])
  const context: CliContext = {
    stdout: createOutput(process.stdout),
    stderr: createOutput(process.stderr),
    clock: systemClock,
    version: readPackageVersion(),
    program: import.meta.filename.endsWith('.ts') ? 'npm run -s rundesk --' : 'rundesk',
    nodeVersion: process.version,
    desks: doors,
    settings: {},
    onSignal(listener) {
      const names = ['SIGINT', 'SIGTERM'] as const
      for (const name of names) process.on(name, listener)
      return () => {
        for (const name of names) process.off(name, listener)
      }
    },
    onReload(listener) {
      process.on('SIGHUP', listener)
      return () => process.off('SIGHUP', listener)
    },
    exitNow: (code) => process.exit(code),
  }
  return runCommandLine(process.argv.slice(2), context)
}

const doors: DeskDoor = {
  async findOwner({ dataDir }) {
    const { connectOwner } = await import('./storage/owner-socket.ts')
    const connection = await connectOwner(dataDir)
    return connection && connectTo(connection.socketPath, connection.close)
  },
  async openOwn(settings) {
    const desk = await openDesk(settings, { recover: false, logLevel: 'warn' })
    return connectTo(desk.socketPath, async () => void (await desk.close()))
  },
  async serve(settings) {
    const desk = await openDesk(settings, { recover: true, logLevel: 'info' })
    try {
      return {
        url: await desk.listen(),
        close: () => desk.close(),
        setLimits: (config) => desk.setLimits(config),
      }
    } catch (error) {
      await desk.close()
      throw error
    }
  },
  async reindex(settings) {
    const desk = await openDesk(settings, { recover: false, logLevel: 'warn' })
    try {
      return await desk.reindex()
    } finally {
      await desk.close()
    }
  },
  async inspectStore(config) {
    const { inspectStore } = await import('./storage/inspect-store.ts')
    return inspectStore(config)
  },
  async listPrices(config) {
    const outside = await openOutside(config)
    try {
      const { vendor } = outside
      return { vendor: vendor.name, listings: await vendor.listings(), strays: await vendor.strays() }
    } finally {
      await outside.close()
    }
  },
  async findModelProblems(config) {
    const { findModelProblems } = await import('./outside.ts')
    return findModelProblems(config)
  },
  async probeModels(config) {
    const outside = await openOutside(config)
    try {
      const { deep, quick, gateway } = outside.models
      const named = new Set([deep, quick].filter((model) => model !== null))
      const { signal } = new AbortController()
      return await Promise.all([...named].map((model) => gateway.probe(model, signal)))
    } finally {
      await outside.close()
    }
  },
}

async function openOutside(config: Config) {
  const [outside, { systemClock }, { readPackageVersion }] = await Promise.all([
    import('./outside.ts'),
    import('./core/clock.ts'),
    import('./core/package-root.ts'),
  ])
  return outside.openOutside(config, {
    clock: systemClock,
    version: readPackageVersion(),
    warn: () => undefined,
  })
}

/** A desk that has started: what was left behind is taken up, where that was asked for. */
async function openDesk(settings: Settings, options: { recover: boolean; logLevel: 'info' | 'warn' }) {
  const app = await import('./app.ts')
  const desk = await app.openDesk({ ...settings, ...options, logTo: await createTerminalLog() })
  try {
    await desk.started
    return desk
  } catch (error) {
    await desk.close()
    throw error
  }
}

/** On a terminal the log is read by a person. */
async function createTerminalLog() {
  if (!process.stderr.isTTY) return undefined
  const [{ createPlainLog }, { createOutput }] = await Promise.all([
    import('./cli/plain-log.ts'),
    import('./cli/terminal.ts'),
  ])
  return createPlainLog(createOutput(process.stderr))
}

async function connectTo(socketPath: string, close: () => Promise<void>): Promise<DeskConnection> {
  const { createSocketFetch } = await import('./cli/socket-fetch.ts')
  return { fetch: createSocketFetch(socketPath), close }
}

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
}

/** Waits until a pipe has taken what was written to it. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}

// A reader that has seen enough (`| head`) is no failure.
process.stderr.on('error', () => undefined)
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

if (isSupported(process.versions.node)) {
  const code = await main()
  await Promise.all([flush(process.stdout), flush(process.stderr)])
  process.exit(code)
} else {
  process.stderr.write(
    `Rundesk needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.\n`,
  )
  process.exit(1)
}
