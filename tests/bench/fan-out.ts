/**
 * What it costs to show one live page to a thousand readers, against the least that Node can do with the same bytes.
 * Desk, bare writer and clients are processes of their own; desk and writer take turns, and the writer sends exactly
 * what the desk sent, at the same moments.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { MANY_RUNS, type BenchContext } from './context.ts'
import type { Arrivals } from './fan-out-clients.ts'
import { idOf, type SentMessage, type Window } from './stream-window.ts'
import { alternate, median, percentile, type Measurement, type Outcome } from './harness.ts'
import { findStreamUrl } from './page-stream.ts'
import type { LoopBlock } from './probe.ts'
import { startPacedDesk, type Address } from './paced-desk-process.ts'
import { startProbed, type ProbedProcess } from './probed-process.ts'

const CLIENTS = 1_000
const EVENTS_PER_SECOND = 10
const WINDOW_MS = 8_000
const WARM_UP_MS = 1_500
const ROUNDS = 3
/** What is under way when a window closes still arrives within this. */
const SETTLE_MS = 500
const GOAL_CPU_RATIO = 1.5

interface Round {
  cpuPct: number
  p99Ms: number
  messages: number
  events: number
  bytesPerClient: number
  /** Messages that not every client has received. */
  incomplete: number
}

export const fanOut: Measurement<BenchContext> = {
  name: 'fan-out',
  async run({ place }): Promise<Outcome> {
    const desk = await startPacedDesk(await place(MANY_RUNS), EVENTS_PER_SECOND)
    const writer = startProbed(script('fan-out-writer.ts'), [])
    const clients = startProbed(script('fan-out-clients.ts'), [])
    try {
      const writerAt = await writer.hear((message) => message.listening as Address | undefined)
      let longest: LoopBlock = { ms: 0, busyMs: 0 }
      let recorded: SentMessage[] = []

      const runDesk = async () => {
        const streamUrl = await findStreamUrl(desk.origin, desk.path)
        await connectClients(clients, Number(new URL(desk.origin).port), streamUrl)
        desk.order('go')
        await sleep(WARM_UP_MS)
        const { round, window } = await watchWindow(desk.process, clients, ['open'])
        desk.order('halt')
        recorded = window.sent
        const { block } = await desk.process.report()
        if (block.ms > longest.ms) longest = block
        await disconnectClients(clients)
        return round
      }
      const runWriter = async () => {
        await connectClients(clients, writerAt.port, writerAt.path)
        writer.child.send({ play: recorded.filter(({ offsetMs }) => offsetMs < WARM_UP_MS - SETTLE_MS) })
        await sleep(WARM_UP_MS)
        const { round } = await watchWindow(writer, clients, ['open', { play: recorded }])
        await disconnectClients(clients)
        return round
      }
      const samples = await alternate(ROUNDS, runDesk, runWriter)
      return {
        readings: [summarize(samples.left, samples.right)],
        block: { ...longest, during: `writing to ${CLIENTS} readers` },
      }
    } finally {
      await Promise.all([desk.process, writer, clients].map((one) => one.end('SIGKILL')))
    }
  },
}

function script(name: string): string {
  return join(import.meta.dirname, name)
}

async function connectClients(clients: ProbedProcess, port: number, path: string): Promise<void> {
  const order = { connect: { port, path, count: CLIENTS } }
  await clients.ask(order, (message) => message.connected as number | undefined)
}

async function disconnectClients(clients: ProbedProcess): Promise<void> {
  await clients.ask('stop', (message) => message.stopped as boolean | undefined)
}

async function countArrivals(clients: ProbedProcess): Promise<Arrivals> {
  return clients.ask('count', (message) => message.arrivals as Arrivals | undefined)
}

async function watchWindow(
  server: ProbedProcess,
  clients: ProbedProcess,
  orders: (string | object)[],
): Promise<{ round: Round; window: Window }> {
  await countArrivals(clients)
  for (const order of orders) server.child.send(order)
  await sleep(WINDOW_MS)
  const { window, events } = await server.ask('close', (message) =>
    message.window
      ? { window: message.window as Window, events: (message.events as number) ?? 0 }
      : undefined,
  )
  await sleep(SETTLE_MS)
  const arrivals = await countArrivals(clients)
  return { window, round: { ...sumUp(window, arrivals), events } }
}

function sumUp(window: Window, arrivals: Arrivals): Omit<Round, 'events'> {
  const delays: number[] = []
  let incomplete = 0
  for (const { bytes, atMs } of window.sent) {
    const times = arrivals.times.get(idOf(bytes)) ?? []
    if (times.length < CLIENTS) incomplete += 1
    for (const time of times) delays.push(time - atMs)
  }
  return {
    cpuPct: (window.cpuMs / window.wallMs) * 100,
    p99Ms: percentile(delays, 0.99),
    messages: window.sent.length,
    bytesPerClient: window.sent.reduce((sum, { bytes }) => sum + bytes.length, 0),
    incomplete,
  }
}

function summarize(desk: Round[], writer: Round[]) {
  const middle = (rounds: Round[], pick: (round: Round) => number) => median(rounds.map(pick))
  const lost = [...desk, ...writer].reduce((sum, { incomplete }) => sum + incomplete, 0)
  const perSecond = (pick: (round: Round) => number) => (middle(desk, pick) * 1_000) / WINDOW_MS
  const deskCpu = middle(desk, ({ cpuPct }) => cpuPct)
  const writerCpu = middle(writer, ({ cpuPct }) => cpuPct)
  return {
    what: `CPU to show ${EVENTS_PER_SECOND} events/s to ${CLIENTS} readers vs a bare writer`,
    // Bytes that did not arrive were not cheap but lost.
    value: lost === 0 ? deskCpu / writerCpu : Number.NaN,
    goal: GOAL_CPU_RATIO,
    unit: '×' as const,
    basis: [
      `${deskCpu.toFixed(1)} % vs ${writerCpu.toFixed(1)} % of a core`,
      `p99 delivery ${middle(desk, ({ p99Ms }) => p99Ms).toFixed(1)} vs ${middle(writer, ({ p99Ms }) => p99Ms).toFixed(1)} ms`,
      `${perSecond(({ events }) => events).toFixed(1)} events and ${perSecond(({ messages }) => messages).toFixed(1)} messages/s`,
      `${(perSecond(({ bytesPerClient }) => bytesPerClient) / 1_024).toFixed(1)} KB/s each`,
      `median of ${ROUNDS} × ${WINDOW_MS / 1_000} s`,
      ...(lost > 0 ? [`${lost} messages not received by all`] : []),
    ].join(', '),
  }
}
