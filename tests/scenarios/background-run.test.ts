/** A background run as its client lives through it: followed, cut off by a crash, taken up, and read after pruning. */
import { expect, onTestFinished, test } from 'vitest'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { connectSse, type SseMessage } from '../support/sse-client.ts'
import { createTempDesk } from '../support/temp-desk.ts'

test(
  'its stream goes on where it was after a crash, and its assessment outlives its files',
  { timeout: 60_000 },
  async () => {
    const desk = createTempDesk()
    const env = { DEMO_STEP_DELAY_MS: '40', RUN_RESULTS_MAX_PER_TICKER: '1' }
    let server = await startServer({ ...desk, env })
    onTestFinished(async () => void (await server.kill('SIGKILL')))
    const launched = await fetch(`${server.url}/api/trading/decision/internal`, {
      method: 'POST',
      body: new URLSearchParams({ ticker: 'AAPL', as_of: '2012-06-29' }),
    })
    const { runId } = (await launched.json()) as { runId: string }
    const stream = `/api/trading/decision/internal/events/${runId}`

    const first = await connectSse(server.url + stream)
    const seen: SseMessage[] = []
    while (seen.length < 8) seen.push(await first.next())
    await server.kill('SIGKILL')
    server = await startServer({ ...desk, env: { ...env, DEMO_STEP_DELAY_MS: '0' } })

    const back = await connectSse(server.url + stream, { 'Last-Event-ID': seen.at(-1)!.id! })
    const all = [...seen, ...(await back.rest())]
    const ids = all.map(({ id }) => Number(id))
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    const percents = all.map(({ data }) => (JSON.parse(data!) as { percent: number }).percent)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    const last = all.at(-1)!
    expect([last.event, percents.at(-1)]).toEqual(['completion', 100])
    const { result } = JSON.parse(last.data!) as { result: object }
    expect(await (await connectSse(server.url + stream)).rest()).toEqual(all)

    const client = createRunClient(server.url)
    const { runs } = await client.launch('AAPL', '2012-06-29')
    await client.ended(runs[0]!.run_id)
    expect((await fetch(`${server.url}/retention/prune`, { method: 'POST' })).ok).toBe(true)
    expect((await fetch(server.url + stream)).status).toBe(404)
    const stored = await fetch(`${server.url}/api/trading/assessments/${runId}`)
    expect([stored.status, await stored.json()]).toMatchObject([200, { runId, status: 'completed', result }])
  },
)
