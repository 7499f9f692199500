/** A real server in a process of its own, to be killed at will. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')

export interface ServerProcess {
  url: string
  process: ChildProcess
  /** Sends the signal and resolves with how the process ended. */
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  stderr(): string
}

export interface ServerOptions {
  dataDir: string
  resultsDir: string
  env?: Record<string, string>
}

/** Resolves once the server says where it is; rejects with what it printed when it ends before that. */
export async function startServer({ dataDir, resultsDir, env = {} }: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, RESULTS_DIR: resultsDir, ...env },
    cwd: resolve(dataDir, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const url = await Promise.race([
    readAddress(child),
    exited.then(([code]) => Promise.reject(new Error(`the server ended with ${code}: ${stderr}`))),
  ])
  return {
    url,
    process: child,
    stderr: () => stderr,
    async kill(signal) {
      child.kill(signal)
      const [code, endedBy] = await exited
      return { code, signal: endedBy }
    },
  }
}

async function readAddress(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  for await (const line of lines) {
    const address = /http:\/\/\S+/.exec(line)?.[0]
    if (address) {
      child.stdout!.resume()
      return address
    }
  }
  return new Promise(() => undefined)
}
