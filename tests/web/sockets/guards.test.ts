import http from 'node:http'
import { expect, test } from 'vitest'
import { NotFoundError } from '../../../src/core/errors.ts'
import { createWebDesk } from '../../support/web-desk.ts'
import { connectWs, refusedWs } from '../../support/ws-client.ts'

const PASSWORD = 'correct horse'

test('what cannot be watched is refused before it is a socket, with status and reason', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  expect(await refusedWs(`${url}/ws?run_id=nonsense`)).toMatchObject({
    status: 400,
    error: 'run_id "nonsense" is not a run id',
  })
  const unknown = 'AAPL--2026-11-20_10.00.00--ffffff'
  expect(await refusedWs(`${url}/ws?run_id=${unknown}`)).toMatchObject({
    status: 404,
    error: `there is no run "${unknown}"`,
  })
  expect(await refusedWs(`${url}/runs`)).toMatchObject({
    status: 404,
    error: 'there is no socket at "/runs"',
  })
  const plain = await fetch(`${url}/ws`)
  expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket'])
  expect(await plain.json()).toEqual({ error: 'this address speaks WebSocket: connect with ws:// or wss://' })
  expect(web.sockets.open).toBe(0)
})

test('a run whose files are gone is refused, and nothing of it stays held', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const runId = web.desk.add()
  web.desk.state = async () => {
    throw new NotFoundError('the journal is gone')
  }
  const refusal = await refusedWs(`${url}/ws?run_id=${runId}`)
  expect(refusal).toMatchObject({
    status: 404,
    error: `run ${runId} cannot be watched any more: its files were removed`,
  })
  expect(refusal.headers['content-type']).toContain('application/json')
  expect(refusal.headers['x-content-type-options']).toBe('nosniff')
  expect(web.sockets.watched).toBe(0)
})

test('pages of other sites are refused, the desk’s own and programs are not', async () => {
  const web = await createWebDesk({ config: { allowedOrigins: ['https://desk.example'] } })
  const url = await web.listen()
  expect(await refusedWs(`${url}/ws`, { Origin: 'https://evil.example' })).toMatchObject({ status: 403 })
  expect(await refusedWs(`${url}/ws`, { 'Sec-Fetch-Site': 'cross-site' })).toMatchObject({ status: 403 })
  expect(await refusedWs(`${url}/ws`, { Host: 'evil.example' })).toMatchObject({ status: 403 })
  for (const headers of [{}, { Origin: url }, { Origin: 'https://desk.example' }]) {
    const client = await connectWs(`${url}/ws`, headers as Record<string, string>)
    await client.next('init_all')
  }
})

test('with a password a socket needs the session or the password, and ends when the session signs out', async () => {
  const web = await createWebDesk({ config: { authPassword: PASSWORD } })
  const url = await web.listen()
  expect(await refusedWs(`${url}/ws`)).toMatchObject({ status: 401, error: 'not signed in' })
  expect(await refusedWs(`${url}/ws`, { Authorization: 'Bearer wrong' })).toMatchObject({ status: 401 })
  const program = await connectWs(`${url}/ws`, { Authorization: `Bearer ${PASSWORD}` })
  await program.next('init_all')
  const login = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ password: PASSWORD }),
  })
  const headers = { Cookie: login.headers.get('set-cookie')!.split(';')[0]! }
  const browser = await connectWs(`${url}/ws`, headers)
  await browser.next('init_all')
  await fetch(`${url}/logout`, { method: 'POST', headers, redirect: 'manual' })
  expect((await browser.closed).code).toBe(1006)
  expect(await refusedWs(`${url}/ws`, headers)).toMatchObject({ status: 401 })
  expect(await program.soFar()).toEqual([])
})

test('an upgrade that breaks off or is malformed leaves nothing behind', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const runId = web.desk.add()
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }
    http.get(`${url}/ws?run_id=${runId}`, { headers }, resolve).on('error', reject)
  })
  answer.resume()
  expect(answer.statusCode).toBe(400)
  await expect.poll(() => [web.sockets.open, web.sockets.watched]).toEqual([0, 0])
})

test('a request that offers another protocol is answered in the one it came in', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const headers = { Connection: 'Upgrade', Upgrade: 'h2c', Accept: 'application/json' }
    http.get(`${url}/runs`, { headers }, resolve).on('error', reject)
  })
  answer.resume()
  expect(answer.statusCode).toBe(200)
})

test('when the desk shuts down sockets are told so, and new ones are refused', async () => {
  const web = await createWebDesk()
  const url = await web.listen()
  const runId = web.desk.add()
  const clients = await Promise.all([connectWs(`${url}/ws`), connectWs(`${url}/ws?run_id=${runId}`)])
  web.shutdown.abort(new Error('over'))
  for (const { closed } of clients) {
    expect(await closed).toEqual({ code: 1001, reason: 'the desk is shutting down' })
  }
  expect(await refusedWs(`${url}/ws`)).toMatchObject({ status: 503 })
  expect([web.sockets.open, web.sockets.watched]).toEqual([0, 0])
})
