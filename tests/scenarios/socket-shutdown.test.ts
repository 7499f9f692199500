/** A real server with sockets open: a run is followed to its end over one, and stopping is not held up by any of them. */
import { expect, test } from 'vitest'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'
import { connectWs } from '../support/ws-client.ts'

test('a run is followed over a socket to its verdict, and a server that stops says so to whoever is connected', async () => {
  const server = await startServer(createTempDesk())
  const all = await connectWs(`${server.url}/ws`)
  const client = createRunClient(server.url)
  const { runs } = await client.launch('AAPL', '2012-06-29')
  const runId = runs[0]!.run_id
  const one = await connectWs(`${server.url}/ws?run_id=${encodeURIComponent(runId)}`)
  for (;;) {
    const update = await one.next('status_update_run')
    if (update.status !== 'completed') continue
    expect(update.final_decision).toEqual(await client.decision(runId))
    break
  }
  for (;;) {
    const { runs: changed } = await all.next('status_update_aggregate')
    if (changed[runId]?.status === 'completed') break
  }
  expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 })
  expect([await all.closed, await one.closed].map(({ code }) => code)).toEqual([1001, 1001])
})
