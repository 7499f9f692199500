/**
 * What goes over the wire when a run makes one step of progress, against everything that the page shows live: read from
 * the streams of the run's own page and of the list of runs, both with the tray in them, while steps begin and end one
 * at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MANY_RUNS, type BenchContext } from './context.ts'
import { median, percentile, type Measurement, type Outcome, type Reading } from './harness.ts'
import { startPacedDesk } from './paced-desk-process.ts'
import { findStreamUrl, readPageStream, type StreamMessage } from './page-stream.ts'

const GOAL_PCT = 10
/** So slow that each beginning and each end of a step is an update of its own. */
const EVENTS_PER_SECOND = 6
const WATCH_MS = 6_000

export const updateBytes: Measurement<BenchContext> = {
  name: 'update-bytes',
  async run({ place }): Promise<Outcome> {
    const desk = await startPacedDesk(await place(MANY_RUNS), EVENTS_PER_SECOND)
    const { origin } = desk
    try {
      const pages = [
        { name: 'run page', path: desk.path },
        { name: 'list of runs', path: '/runs' },
      ]
      const streams = []
      for (const { path } of pages)
        streams.push(await readPageStream(origin + (await findStreamUrl(origin, path))))
      desk.order('go')
      await sleep(WATCH_MS)
      desk.order('halt')
      const readings: Reading[] = []
      for (const [i, { name, path }] of pages.entries()) {
        // The first message only says where the stream begins.
        readings.push(summarize(name, streams[i]!.messages.slice(1), await readWhole(origin, path)))
        streams[i]!.close()
      }
      const { block } = await desk.process.report()
      return { readings, block: { ...block, during: 'updating two pages' } }
    } finally {
      await desk.process.end('SIGKILL')
    }
  },
}

/** A stream that names no position is shown everything first. */
async function readWhole(origin: string, path: string): Promise<StreamMessage> {
  const stream = await readPageStream(`${origin}/stream?page=${encodeURIComponent(path)}`)
  const whole = await stream.first
  stream.close()
  return whole
}

function summarize(name: string, messages: StreamMessage[], whole: StreamMessage): Reading {
  const sizes = messages.map(({ bytes }) => bytes)
  return {
    what: `one update of the ${name} vs all it shows live`,
    value: (median(sizes) / whole.bytes) * 100,
    goal: GOAL_PCT,
    unit: '%',
    basis: `${median(sizes).toFixed(0)} of ${whole.bytes} B, p90 ${percentile(sizes, 0.9)} B, ${sizes.length} updates; ${largestTargets(messages)}`,
  }
}

/** Where the bytes go: the elements that took most, with their share. */
function largestTargets(messages: StreamMessage[]): string {
  const byTarget = new Map<string, number>()
  let total = 0
  for (const { updates } of messages) {
    for (const { target, bytes } of updates) {
      byTarget.set(target, (byTarget.get(target) ?? 0) + bytes)
      total += bytes
    }
  }
  const largest = [...byTarget].sort((a, b) => b[1] - a[1]).slice(0, 3)
  return largest.map(([target, bytes]) => `${target} ${((bytes / total) * 100).toFixed(0)} %`).join(', ')
}
