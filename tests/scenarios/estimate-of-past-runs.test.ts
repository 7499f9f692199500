/** What a launch is estimated to take, asked of a server that has seen one like it. */
import { expect, onTestFinished, test } from 'vitest'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

test(
  'rests on finished runs of its shape, and on none that took over the steps of another',
  { timeout: 30_000 },
  async () => {
    const server = await startServer(createTempDesk())
    onTestFinished(async () => void (await server.kill('SIGTERM')))
    const client = createRunClient(server.url)
    const post = async (path: string, body: Record<string, unknown>) => {
      const answer = await fetch(server.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await answer.json()) as unknown
    }
    const estimate = () => post('/estimate', { company_symbols: 'MSFT', mode: 'rules' })
    expect(await estimate()).toMatchObject([{ basis: 'table', runs: 0 }])

    const { runs } = await client.launch('AAPL', '2012-06-29', { mode: 'rules' })
    const runId = runs[0]!.run_id
    expect(await client.ended(runId)).toMatchObject({ status: 'completed' })
    expect(await estimate()).toMatchObject([
      { ticker: 'MSFT', basis: 'past', runs: 1, calls: { typical: 0 } },
    ])

    const again = (await post(`/runs/${encodeURIComponent(runId)}/rerun`, { from_step: 'trader' })) as {
      run_id: string
    }
    expect(await client.ended(again.run_id)).toMatchObject({ status: 'completed' })
    expect(await estimate()).toMatchObject([{ basis: 'past', runs: 1 }])
  },
)
