/** A command line in a process of its own, as a shell would start it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')

export interface CliProcessOptions {
  cwd: string
  env?: Record<string, string>
  /** What is started; the sources of the checkout unless given. */
  command?: readonly [string, ...string[]]
}

export interface CliResult {
  /** Null where a signal ended the process. */
  code: number | null
  stdout: string
  stderr: string
}

export interface CliProcess {
  process: ChildProcess
  ended: Promise<CliResult>
}

export function startCli(words: readonly string[], options: CliProcessOptions): CliProcess {
  const { cwd, env = {}, command = [process.execPath, MAIN] } = options
  const child = spawn(command[0], [...command.slice(1), ...words], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }))
  return { process: child, ended }
}

export function runCli(words: readonly string[], options: CliProcessOptions): Promise<CliResult> {
  return startCli(words, options).ended
}
