/**
 * Loaded into a server's process ahead of the server itself (`node --import`): watches how long the event loop keeps
 * others waiting and tells the benchmark over the process channel.
 *
 * A timer that ought to fire every `INTERVAL_MS` says how late it is. What the main thread spent ready to run but without
 * a processor, because the machine gave it to another process, is not the server's doing and is taken off (Linux counts
 * it in `schedstat`; elsewhere nothing is taken off).
 */
import { openSync, readSync } from 'node:fs'

const INTERVAL_MS = 2
const NS_PER_MS = 1e6

/** The longest time in which nothing else got its turn. */
export interface LoopBlock {
  ms: number
  /** Of it, what the main thread computed; the rest it waited in the system, for a file or for a lock. */
  busyMs: number
}

export interface ProbeReport {
  /** Since the last report. */
  block: LoopBlock
  /** From the start of the process until it could run its first line. */
  bootMs: number
}

const bootMs = performance.now()
let longest: LoopBlock = { ms: 0, busyMs: 0 }

if (process.send) {
  process.on('message', (message) => {
    if (message !== 'report') return
    const report: ProbeReport = { bootMs, block: longest }
    longest = { ms: 0, busyMs: 0 }
    process.send!({ report })
  })
  process.on('disconnect', () => process.exit(1))
  process.channel?.unref()
  watchLoop()
}

function watchLoop(): void {
  const readWaitMs = openWaitCounter()
  let lastMs = performance.now()
  let lastWaitMs = readWaitMs()
  let lastBusyMs = readBusyMs()
  setInterval(() => {
    const nowMs = performance.now()
    const waitMs = readWaitMs()
    const busyMs = readBusyMs()
    const ms = nowMs - lastMs - INTERVAL_MS - (waitMs - lastWaitMs)
    if (ms > longest.ms) longest = { ms, busyMs: Math.min(ms, busyMs - lastBusyMs) }
    lastMs = nowMs
    lastWaitMs = waitMs
    lastBusyMs = busyMs
  }, INTERVAL_MS).unref()
}

function readBusyMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** How long the main thread has waited for a processor so far. */
function openWaitCounter(): () => number {
  const buffer = Buffer.alloc(128)
  let file: number
  try {
    file = openSync('/proc/self/schedstat', 'r')
  } catch {
    return () => 0
  }
  return () =>
    Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, 128, 0)).split(' ')[1]) / NS_PER_MS
}
