/** A run that ends is told to the receiver of the settings, also where the process dies while it is told. */
import { createHmac } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startNoticeReceiver } from '../support/notice-receiver.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

test('a killed server tells what it was telling again at its next start', { timeout: 60_000 }, async () => {
  const receiver = await startNoticeReceiver([0, 200])
  const env = { NOTIFY_WEBHOOK_URL: receiver.url, NOTIFY_WEBHOOK_SECRET: 'a shared secret' }
  const desk = createTempDesk()
  let server = await startServer({ ...desk, env })
  onTestFinished(() => void server.kill('SIGKILL'))
  const body = JSON.stringify({ company_symbols: 'AAPL', as_of: '2012-06-29' })
  const headers = { 'Content-Type': 'application/json' }
  const launched = await fetch(`${server.url}/start-multi`, { method: 'POST', headers, body })
  const { runs } = (await launched.json()) as { runs: { run_id: string }[] }
  await receiver.until(1)
  await server.kill('SIGKILL')
  server = await startServer({ ...desk, env })
  await receiver.until(2)
  const [first, second] = receiver.received
  expect(second!.body).toBe(first!.body)
  expect(second!.notice).toMatchObject({
    event: 'run.completed',
    run: { run_id: runs[0]!.run_id, ticker: 'AAPL', status: 'completed', overall_progress: 100 },
  })
  const [, time, mac] = /^t=(\d+),v1=(\w+)$/.exec(String(second!.headers['rundesk-signature']))!
  expect(mac).toBe(createHmac('sha256', 'a shared secret').update(`${time}.${second!.body}`).digest('hex'))
  const page = await (await fetch(`${server.url}/system`, { headers: { Accept: 'text/html' } })).text()
  expect(page).toContain('id="notices"')
  expect(page).not.toContain('a shared secret')
  const status = await fetch(`${server.url}/runs/${runs[0]!.run_id}/status`)
  expect(second!.notice.run).toEqual(await status.json())
})

test('a run that ended while nobody was told is not told of later', { timeout: 60_000 }, async () => {
  const desk = createTempDesk()
  let server = await startServer({ ...desk, env: { DEMO_STEP_DELAY_MS: '40' } })
  onTestFinished(() => void server.kill('SIGKILL'))
  let client = createRunClient(server.url)
  const { runs } = await client.launch('AAPL,IBM', '2012-06-29')
  const [first, second] = runs.map((run) => run.run_id) as [string, string]
  // The batch stays open, so that the next start looks at both of its runs.
  await fetch(`${server.url}/runs/${second}/pause`, { method: 'POST' })
  await client.ended(first)
  await server.kill('SIGTERM')

  const receiver = await startNoticeReceiver()
  server = await startServer({ ...desk, env: { NOTIFY_WEBHOOK_URL: receiver.url } })
  client = createRunClient(server.url)
  const later = await client.launch('GOOG', '2012-06-29')
  await receiver.until(1)
  expect(receiver.received.map(({ notice }) => notice.run.run_id)).toEqual([later.runs[0]!.run_id])
})
