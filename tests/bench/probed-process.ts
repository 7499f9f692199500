/** A Node process of the benchmark with the probe in it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { ProbeReport } from './probe.ts'

const PROBE = join(import.meta.dirname, 'probe.ts')
const ANSWER_TIMEOUT_MS = 20_000

export interface ProbedProcess {
  readonly child: ChildProcess
  /** Sends a message and waits for the answer that `pick` finds. */
  ask<T>(order: string | object, pick: (message: Record<string, unknown>) => T | undefined): Promise<T>
  /** What it has used, and its longest block since the last report. */
  report(): Promise<ProbeReport>
  /** The next message for which `pick` finds something; rejects with what was printed when the process ends first. */
  hear<T>(pick: (message: Record<string, unknown>) => T | undefined): Promise<T>
  end(signal?: NodeJS.Signals): Promise<void>
}

export interface ProbedOptions {
  env?: Record<string, string>
  cwd?: string
}

export function startProbed(script: string, args: string[], options: ProbedOptions = {}): ProbedProcess {
  const child = spawn(process.execPath, ['--import', PROBE, script, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let printed = ''
  child.stderr!.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const exited = once(child, 'exit')

  function hear<T>(pick: (message: Record<string, unknown>) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: unknown) => {
        const found = pick(message as Record<string, unknown>)
        if (found === undefined) return
        stop()
        resolve(found)
      }
      const onExit = () => {
        stop()
        reject(new Error(`${script} ended: ${printed.trim() || 'it printed nothing'}`))
      }
      const stop = () => {
        child.off('message', onMessage)
        child.off('exit', onExit)
      }
      child.on('message', onMessage)
      child.on('exit', onExit)
      if (child.exitCode !== null) onExit()
    })
  }

  function ask<T>(
    order: string | object,
    pick: (message: Record<string, unknown>) => T | undefined,
  ): Promise<T> {
    const answer = hear(pick)
    // A process that does not answer has ended or hangs; both are told by `hear`.
    const timer = setTimeout(() => child.kill('SIGKILL'), ANSWER_TIMEOUT_MS)
    child.send(order, () => undefined)
    return answer.finally(() => clearTimeout(timer))
  }

  return {
    child,
    hear,
    ask,
    report: () => ask('report', (message) => message.report as ProbeReport | undefined),
    async end(signal = 'SIGTERM') {
      child.kill(signal)
      await exited
    },
  }
}
