/**
 * Many runs at work, each with one watcher on `/ws?run_id=`: is anything lost, how long does a change take from being
 * published to being read, and does memory stay where it is. Desk and watchers are processes of their own.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import type { PayloadUse } from '../../src/core/payload-meter.ts'
import { percentile } from './harness.ts'
import type { LoopBlock } from './probe.ts'
import { startProbed } from './probed-process.ts'
import type { DeskPlace } from './seed.ts'
import type { WatcherReport } from './socket-watchers.ts'

interface Memory {
  heapMb: number
  rssMb: number
  /** How long the desk was ready to run and had no processor, since it began. */
  waitedMs: number
}

export interface WatchOptions {
  place: DeskPlace
  runs: number
  forMs: number
}

export interface WatchOutcome {
  /** Milliseconds from publishing to reading, of everything published. */
  delays: number[]
  p95Ms: number
  messages: number
  /** Things published that were never read, numbers left out, sockets closed and states that differ, in words. */
  lost: string[]
  /** After collecting garbage: when all watch, a third of the way, and at the end. */
  memory: { start: Memory; third: Memory; end: Memory }
  use: PayloadUse
  block: LoopBlock
}

export async function watchManyRuns({ place, runs, forMs }: WatchOptions): Promise<WatchOutcome> {
  const desk = startProbed(script('socket-desk.ts'), [place.dataDir, place.resultsDir, String(runs)])
  const watchers = startProbed(script('socket-watchers.ts'), [])
  try {
    const connect = await desk.hear(
      (message) => message.listening as { port: number; runIds: string[] } | undefined,
    )
    await watchers.ask({ connect }, (message) => message.connected as number | undefined)
    const memoryOf = () => desk.ask('memory', (message) => message.memory as Memory | undefined)
    const start = await memoryOf()
    await desk.report()
    desk.child.send({ go: forMs })
    await sleep(forMs / 3)
    const { block: first } = await desk.report()
    const third = await memoryOf()
    // Collecting garbage at one go is the benchmark's doing.
    await desk.report()
    await sleep((forMs * 2) / 3)
    // Runs end with the step that they are at; every watcher has read so, or it is given up.
    await watchers.ask('over', (message) => message.over as true | undefined)
    const { block: second } = await desk.report()
    const end = await memoryOf()
    const reports = await watchers.ask('report', (message) => message.reports as WatcherReport[] | undefined)
    const { published, use } = await desk.ask('published', (message) =>
      message.published
        ? {
            published: message.published as Record<string, [string, number][]>,
            use: message.use as PayloadUse,
          }
        : undefined,
    )
    const { delays, lost } = sumUp(reports, published)
    return {
      ...{ delays, lost, use },
      p95Ms: percentile(delays, 0.95),
      messages: reports.reduce((sum, report) => sum + report.messages, 0),
      memory: { start, third, end },
      block: first.ms > second.ms ? first : second,
    }
  } finally {
    await Promise.all([desk.end('SIGKILL'), watchers.end('SIGKILL')])
  }
}

function script(name: string): string {
  return join(import.meta.dirname, name)
}

function sumUp(
  reports: WatcherReport[],
  published: Record<string, [string, number][]>,
): Pick<WatchOutcome, 'delays' | 'lost'> {
  const delays: number[] = []
  const lost: string[] = []
  for (const { runId, arrivals, gaps, closes, differences } of reports) {
    let missing = 0
    for (const [what, atMs] of published[runId] ?? []) {
      const arrivedMs = findArrival(what, arrivals)
      if (arrivedMs === null) missing += 1
      else delays.push(arrivedMs - atMs)
    }
    if (missing > 0) lost.push(`${missing} changes never read`)
    if (gaps > 0) lost.push(`${gaps} numbers left out`)
    if (closes > 0) lost.push(`${closes} sockets closed`)
    if (differences.length > 0) lost.push(`other ${differences.join(', ')} than REST`)
  }
  return { delays, lost }
}

/** When the first message came that has it: a later number has the earlier ones in it, a later state of a node this one. */
function findArrival(what: string, arrivals: [string, number][]): number | null {
  const [kind, name] = what.split(' ') as [string, string]
  for (const [arrived, atMs] of arrivals) {
    const [otherKind, otherName, otherStatus] = arrived.split(' ')
    if (otherKind !== kind) continue
    const isNode = kind === 'node'
    if (
      isNode
        ? otherName === name && (arrived === what || otherStatus === 'completed')
        : Number(otherName) >= Number(name)
    )
      return atMs
  }
  return null
}
