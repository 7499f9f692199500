/**
 * `kill -9` while a grid of pairs runs: it goes on within one chunk of where it was and ends as an undisturbed one does.
 * LAB_KILL_DRILL_KILLS sets how often, LAB_KILL_DRILL_SIDE how large the grid is (the full drill is in .ci/run).
 */
import { expect, test } from 'vitest'
import { createRunClient } from '../support/run-client.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const KILLS = Number(process.env.LAB_KILL_DRILL_KILLS ?? 1)
/** Pairs are its square. */
const SIDE = Number(process.env.LAB_KILL_DRILL_SIDE ?? 12)
const INPUT = {
  ...{ kind: 'optimize', ticker: 'GOOG', commission: 0.002, finalize: true },
  grid: { fast: [1, SIDE], slow: [101, 100 + SIDE] },
}

test(
  `${KILLS} kills during a grid of ${SIDE * SIDE} pairs run no chunk twice and change nothing`,
  { timeout: 120_000 + KILLS * 20_000 },
  async () => {
    const desk = createTempDesk()
    let server = await startServer(desk)
    const undisturbed = await launch(server)
    await createRunClient(server.url).ended(undisturbed)
    const expected = await readResult(server, undisturbed)
    const chunks = countChunks(await createRunClient(server.url).journal(undisturbed))

    const drilled = await launch(server)
    for (let kill = 1; kill <= KILLS; kill++) {
      // Each time a little further on, so that there is something to lose and something to keep.
      await hasCompleted(server, drilled, Math.floor((chunks * kill) / (KILLS + 1)))
      await server.kill('SIGKILL')
      server = await startServer(desk)
    }
    expect(await createRunClient(server.url).ended(drilled)).toMatchObject({
      status: 'completed',
      error: null,
    })

    const events = (await createRunClient(server.url).journal(drilled)) as JournalEvent[]
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1))
    const completed = events.flatMap(({ type, key }) => (type === 'step_completed' ? [key!] : []))
    expect(new Set(completed).size).toBe(completed.length)
    expect(countChunks(events)).toBe(chunks)
    const ended = new Map(
      events.flatMap(({ type, key, seq }) => (type === 'step_completed' ? [[key!, seq]] : [])),
    )
    for (const { type, key, seq } of events)
      if (type === 'step_started') expect(seq).toBeLessThan(ended.get(key!) ?? Number.NaN)
    expect(events.filter(({ type }) => type === 'run_resumed')).toHaveLength(KILLS)
    expect(await readResult(server, drilled)).toEqual(expected)
    const again = events.filter(({ type, attempt }) => type === 'step_started' && attempt! > 1).length
    console.info(`grid kill drill: ${KILLS} kills, ${chunks} chunks, ${again} steps taken up again`)
    await server.kill('SIGTERM')
  },
)

interface JournalEvent {
  seq: number
  type: string
  at?: string
  crc?: string
  key?: string
  attempt?: number
}

async function launch({ url }: ServerProcess): Promise<string> {
  const answer = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(INPUT),
  })
  expect(answer.status).toBe(202)
  return ((await answer.json()) as { run_id: string }).run_id
}

function countChunks(events: readonly { type: string; key?: unknown }[]): number {
  return events.filter(({ type, key }) => type === 'step_completed' && String(key).startsWith('chunk-'))
    .length
}

/** Follows the run's events until so many chunks have ended. */
async function hasCompleted({ url }: ServerProcess, runId: string, chunks: number): Promise<void> {
  const stop = new AbortController()
  const stream = await fetch(`${url}/runs/${runId}/events`, { signal: stop.signal })
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of stream.body!) {
    text += decoder.decode(bytes, { stream: true })
    const ended = text.match(/"type":"step_completed","key":"chunk-/g)?.length ?? 0
    if (ended >= chunks) break
  }
  stop.abort()
}

/** All that a run has found: results by step, artifacts by their hash, what it told of itself, and its output. */
async function readResult({ url }: ServerProcess, runId: string): Promise<unknown> {
  const events = (await createRunClient(url).journal(runId)) as JournalEvent[]
  const facts = events
    .filter(({ type }) => TOLD.has(type))
    .map(({ seq: _seq, at: _at, crc: _crc, ...event }) => event)
  const isStep = ({ type }: { type: string }) => type === 'step_completed'
  const steps = facts.filter(isStep).sort((a, b) => (a.key! < b.key! ? -1 : 1))
  return { steps, own: facts.filter((event) => !isStep(event)) }
}

const TOLD = new Set([
  ...['step_completed', 'step_skipped', 'step_failed', 'run_completed'],
  ...['series_loaded', 'search_planned', 'chunk_completed', 'stats_measured', 'honesty_measured'],
])
