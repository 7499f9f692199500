/**
 * `kill -9` in the middle of a walk-forward of twelve folds, again and again: it goes on within a chunk of where it was
 * and comes to what an undisturbed one does. WALK_DRILL_KILLS sets how often (the full drill is in .ci/run).
 */
import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { createSeededRandom } from '../../src/core/random.ts'
import { FOLD_EVENT, HONESTY_EVENT, MEASURED_EVENT, WALK_EVENT } from '../../src/lab/lab-state.ts'
import { isEngineEvent, type RunEvent } from '../../src/runs/event.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const KILLS = Number(process.env.WALK_DRILL_KILLS ?? 1)
const FOLDS = 12
/** Of all folds; where within its share of them a kill comes is drawn, the same on every run of the drill. */
const STEPS = FOLDS * 4
/** As many chunks are at work, and beside them the steps that stand for a search and for the walk. */
const MOST_AT_WORK = 2 * availableParallelism() + 2
const INPUT = {
  ...{ kind: 'walk-forward', ticker: 'GOOG', strategy: 'sma-cross', commission: 0.002 },
  ...{ grid: { fast: [4, 20, 4], slow: [30, 105, 15] }, train_bars: 600, test_bars: 125, purge_bars: 5 },
}

test(
  `${KILLS} kills cost a walk-forward no more than the chunks at work, and nothing of its result`,
  { timeout: 60_000 + KILLS * 30_000 },
  async () => {
    const desk = createTempDesk()
    let server = await startServer(desk)
    const undisturbed = await launch(server.url)
    await createRunClient(server.url).ended(undisturbed)

    const runId = await launch(server.url)
    const random = createSeededRandom('walk-forward kill drill')
    for (let kill = 0; kill < KILLS; kill++) {
      await stepsCompleted(server.url, runId, 1 + Math.floor((random() * STEPS) / KILLS))
      await server.kill('SIGKILL')
      server = await startServer(desk)
    }
    const client = createRunClient(server.url)
    expect(await client.ended(runId)).toMatchObject({ status: 'completed', error: null })

    const events = await client.journal(runId)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
    const ended = new Set<string>()
    let again = 0
    for (const event of events.filter(isEngineEvent)) {
      if (event.type === 'step_started') {
        expect(ended.has(event.key)).toBe(false)
        if (event.attempt > 1) again++
      } else if (event.type === 'step_completed') {
        expect(ended.has(event.key)).toBe(false)
        ended.add(event.key)
      }
    }
    expect(again).toBeLessThanOrEqual(KILLS * MOST_AT_WORK)
    const found = resultsOf(events)
    expect(found.filter(([type]) => type === FOLD_EVENT)).toHaveLength(FOLDS)
    expect(found).toEqual(resultsOf(await client.journal(undisturbed)))
    console.info(`walk-forward kill drill: ${KILLS} kills, ${again} steps taken up again`)
    await server.kill('SIGTERM')
  },
)

async function launch(url: string): Promise<string> {
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(INPUT),
  })
  expect(response.status).toBe(202)
  return ((await response.json()) as { run_id: string }).run_id
}

/** Follows the run until so many more steps have ended, or it has. */
async function stepsCompleted(url: string, runId: string, count: number): Promise<void> {
  const known = await createRunClient(url).journal(runId)
  const stop = new AbortController()
  const path = `/runs/${encodeURIComponent(runId)}/events?after=${known.length}`
  const response = await fetch(url + path, { signal: stop.signal })
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.split('"type":"step_completed"').length > count) break
  }
  stop.abort()
}

/** What it has found, as it was told: neither numbers of events nor times. */
function resultsOf(events: readonly RunEvent[]): [string, unknown][] {
  const told = new Set<string>([FOLD_EVENT, WALK_EVENT, MEASURED_EVENT, HONESTY_EVENT])
  return events
    .filter(({ type }) => told.has(type))
    .map((event) => {
      const { seq: _seq, at: _at, ...body } = event
      const { crc: _crc, type, ...found } = body as typeof body & { crc?: string }
      return [type, found]
    })
}
