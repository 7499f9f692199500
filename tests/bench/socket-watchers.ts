/**
 * One watcher for each run, in one process: each follows its run as the documentation says, notes when what it was told of
 * arrived, and at the end compares what it holds with what REST says. Told by `socket-watching.ts` what to do.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { WebSocket } from 'ws'
import { createDocumentedClient, type DocumentedClient } from '../support/documented-client.ts'
import { monotonicMs } from './stream-window.ts'

export interface WatcherReport {
  runId: string
  /** When it had what, on the clock of the machine. */
  arrivals: [what: string, atMs: number][]
  messages: number
  bytes: number
  /** Numbers that did not follow one another. */
  gaps: number
  closes: number
  /** What differs from REST at the end; empty where nothing does. */
  differences: string[]
}

const END_TIMEOUT_MS = 12_000

interface Watcher {
  client: DocumentedClient
  report: WatcherReport
  ws: WebSocket
}

const watchers: Watcher[] = []
let origin = ''

process.on('message', (message: { connect: { port: number; runIds: string[] } } | 'over' | 'report') => {
  if (message === 'report') void reportAll()
  else if (message === 'over') void untilOver().then(() => process.send!({ over: true }))
  else void connectAll(message.connect)
})
process.channel?.ref()

async function connectAll({ port, runIds }: { port: number; runIds: string[] }): Promise<void> {
  origin = `http://127.0.0.1:${port}`
  for (const runId of runIds) watchers.push(await connectOne(runId))
  process.send!({ connected: watchers.length })
}

async function connectOne(runId: string): Promise<Watcher> {
  const client = createDocumentedClient({ url: origin, runId })
  const report: WatcherReport = {
    ...{ runId, arrivals: [], messages: 0, bytes: 0, gaps: 0, closes: 0, differences: [] },
  }
  const ws = new WebSocket(`${origin.replace('http', 'ws')}/ws?run_id=${encodeURIComponent(runId)}`)
  const last = { status: 0, content: 0, log: 0 }
  let textLength = 0
  ws.on('message', (data: Buffer) => {
    const atMs = monotonicMs()
    const text = data.toString()
    const message = JSON.parse(text)
    report.messages += 1
    report.bytes += data.length
    const note = (what: string) => report.arrivals.push([what, atMs])
    const follow = (sequence: keyof typeof last, first: number, seq: number) => {
      if (first !== last[sequence] + 1) report.gaps += 1
      last[sequence] = seq
    }
    switch (message.type) {
      case 'init_run':
        Object.assign(last, message.seqs)
        break
      case 'status_patch_run':
        follow('status', message.seq, message.seq)
        for (const node of message.nodes) if (node.status) note(`node ${node.id} ${node.status}`)
        break
      case 'content_patch_run':
        follow('content', message.seq, message.seq)
        textLength += message.text.length
        note(`text ${textLength}`)
        break
      case 'log_append_run':
        follow('log', message.entries[0].seq, message.seq)
        note(`log ${message.seq}`)
        break
    }
    client.receive(text)
  })
  ws.on('close', () => void (report.closes += 1))
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
  })
  client.connected({ send: (text) => ws.send(text), close: () => ws.close() })
  return { client, report, ws }
}

/** Runs end when their time is over; on a busy machine that takes a while. */
async function untilOver(): Promise<void> {
  const giveUpMs = performance.now() + END_TIMEOUT_MS
  const isOver = () => watchers.every(({ client }) => client.status === 'completed')
  while (!isOver() && performance.now() < giveUpMs) await sleep(50)
}

async function reportAll(): Promise<void> {
  for (const { client, report } of watchers) {
    await client.idle()
    report.differences = await compare(client, report.runId)
  }
  process.send!({ reports: watchers.map(({ report }) => report) })
}

async function compare(client: DocumentedClient, runId: string): Promise<string[]> {
  const ask = async (path: string) => {
    const response = await fetch(`${origin}/runs/${encodeURIComponent(runId)}${path}`, {
      headers: { Accept: 'application/json' },
    })
    return (await response.json()) as Record<string, unknown>
  }
  const [whole, logs] = [await ask(''), await ask('/logs?limit=5000')]
  const pairs: Record<string, [unknown, unknown]> = {
    status: [client.status, whole.status],
    progress: [client.progress, whole.overall_progress],
    message: [client.progressMessage, whole.progress_message],
    tree: [client.tree, whole.execution_tree],
    content: [client.content, whole.content],
    log: [client.log, logs.entries],
  }
  return Object.keys(pairs).filter((name) => !isDeepStrictEqual(...pairs[name]!))
}
