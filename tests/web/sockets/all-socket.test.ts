import { expect, test } from 'vitest'
import { createWebDesk } from '../../support/web-desk.ts'
import { connectWs } from '../../support/ws-client.ts'

test('all runs are shown on connecting, then those that changed, and nothing else', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const [first, second] = [web.desk.add({ ticker: 'AAPL' }), web.desk.add({ ticker: 'IBM' })]
  web.desk.complete(second)
  const client = await connectWs(`${url}/ws`)
  const { runs } = await client.next('init_all')
  const rest = await (await fetch(`${url}/runs`, { headers: { Accept: 'application/json' } })).json()
  expect(runs.map(({ run_id }) => run_id).sort()).toEqual([first, second].sort())
  expect(new Map(runs.map((run) => [run.run_id, run]))).toEqual(
    new Map((rest as typeof runs).map((run) => [run.run_id, run])),
  )
  // A log line changes neither status nor progress.
  web.desk.log(first, 'said')
  web.desk.emit(first, { type: 'node_updated', node_id: 'x', label: 'X', node_type: 'tool' })
  await web.clock.advance(1_000)
  expect(await client.soFar()).toEqual([])
  web.desk.emit(first, { type: 'run_progress', fraction: 0.4, message: null })
  web.desk.emit(first, { type: 'run_progress', fraction: 0.5, message: null })
  const third = web.desk.add({ ticker: 'MSFT', started: false })
  await web.clock.advance(1_000)
  expect(await client.soFar()).toEqual([
    {
      type: 'status_update_aggregate',
      runs: {
        [first]: { ticker: 'AAPL', status: 'in_progress', overall_progress: 50 },
        [third]: { ticker: 'MSFT', status: 'pending', overall_progress: null },
      },
    },
  ])
})

test('at most four updates a second, and the last one is never left out', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const runId = web.desk.add()
  const client = await connectWs(`${url}/ws`)
  await client.next('init_all')
  for (let i = 1; i <= 80; i++) {
    web.desk.emit(runId, { type: 'run_progress', fraction: i / 100, message: null })
    await web.clock.advance(25)
  }
  await web.clock.advance(1_000)
  const updates = await client.soFar()
  expect(updates.length).toBeGreaterThan(5)
  expect(updates.length).toBeLessThanOrEqual(9)
  expect(updates.at(-1)).toMatchObject({ runs: { [runId]: { overall_progress: 80 } } })
})

test('it answers a ping and a resync, and says that it has no logs', async () => {
  const web = await createWebDesk()
  const client = await connectWs(`${await web.listen()}/ws`)
  await client.next('init_all')
  client.send({ action: 'ping' })
  expect(await client.next('pong')).toEqual({ type: 'pong', boot: web.desk.feed.boot })
  client.send({ action: 'resync' })
  expect(await client.next('init_all')).toEqual({ type: 'init_all', runs: [] })
  client.send({ action: 'log_dump' })
  expect((await client.next('error')).error).toBe(
    'action is "log_dump"; it needs a socket opened with run_id',
  )
})

test('open runs are all shown, ended ones up to a hundred in all', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const open = Array.from({ length: 3 }, () => web.desk.add())
  for (let i = 0; i < 120; i++) web.desk.complete(web.desk.add({ ticker: 'IBM' }))
  const client = await connectWs(`${url}/ws`)
  const { runs } = await client.next('init_all')
  expect(runs).toHaveLength(100)
  expect(
    runs
      .filter(({ status }) => status === 'in_progress')
      .map(({ run_id }) => run_id)
      .sort(),
  ).toEqual(open)
})

test('where one run works at a time, the socket follows it: the oldest that is open, else the newest', async () => {
  const config = { enableMultiRun: false, enableLogStream: true }
  const web = await createWebDesk({ sockets: { config } })
  const url = await web.listen()
  const early = await connectWs(`${url}/ws`)
  expect(await early.next('init_all')).toEqual({ type: 'init_all', runs: [] })
  early.send({ action: 'log_dump' })
  expect((await early.next('error')).error).toContain('there is no run yet')
  const first = web.desk.add({ ticker: 'AAPL' })
  expect(await early.next('init_run')).toMatchObject({ run_id: first })
  web.desk.add({ ticker: 'IBM' })
  const working = await connectWs(`${url}/ws`)
  expect(await working.next('init_run')).toMatchObject({ run_id: first })
  web.desk.complete(first)
  await web.clock.advance(1_000)
  expect(await early.next('status_update_run')).toMatchObject({ status: 'in_progress' })
  expect(await early.next('status_update_run')).toMatchObject({ status: 'completed', final_decision: null })
})
