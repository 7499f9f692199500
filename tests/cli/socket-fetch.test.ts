import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DeskAwayError } from '../../src/cli/client.ts'
import { createSocketFetch } from '../../src/cli/socket-fetch.ts'
import { createTempDir } from '../support/temp-dir.ts'

async function listen(listener: RequestListener) {
  const path = join(await createTempDir('sock'), 's')
  const server = createServer(listener)
  server.listen(path)
  await once(server, 'listening')
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(stop)
  return { fetch: createSocketFetch(path), server, stop }
}

test('method, path, query, headers and body arrive; status, headers and body come back', async () => {
  const { fetch } = await listen(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.writeHead(202, { 'content-type': 'application/json', link: '</runs?after=x>; rel="next"' })
    const { method, url, headers } = request
    response.end(
      JSON.stringify({ method, url, type: headers['content-type'], body: Buffer.concat(chunks).toString() }),
    )
  })
  const response = await fetch('/start-multi?a=1&b=%20', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{"company_symbols":"AAPL"}',
  })
  expect(response.status).toBe(202)
  expect(response.headers.get('link')).toBe('</runs?after=x>; rel="next"')
  expect(await response.json()).toEqual({
    method: 'POST',
    url: '/start-multi?a=1&b=%20',
    type: 'application/json',
    body: '{"company_symbols":"AAPL"}',
  })
})

test('a body is read while it is still written', async () => {
  let end = () => undefined as void
  const { fetch } = await listen((_request, response) => {
    response.write('first')
    end = () => void response.end('last')
  })
  const reader = (await fetch('/events')).body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('first')
  end()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('last')
  expect((await reader.read()).done).toBe(true)
})

test('aborting ends the connection, before the answer and while it is read', async () => {
  const { fetch, server } = await listen((request, response) => {
    if (request.url === '/stream') response.write('first')
  })
  const gone = () =>
    new Promise<void>((resolve) =>
      server.once('connection', (socket) => socket.once('close', () => resolve())),
    )

  const before = new AbortController()
  const closedBefore = gone()
  const asked = fetch('/silent', { signal: before.signal })
  await once(server, 'request')
  before.abort(new Error('enough'))
  await expect(asked).rejects.toThrow('enough')
  await closedBefore

  const during = new AbortController()
  const closedDuring = gone()
  const reader = (await fetch('/stream', { signal: during.signal })).body!.getReader()
  await reader.read()
  during.abort(new Error('enough'))
  await expect(reader.read()).rejects.toThrow('enough')
  await closedDuring
})

test('a body that is not read on ends the connection when it is canceled', async () => {
  const { fetch, server } = await listen((_request, response) => void response.write('first'))
  const closed = new Promise<void>((resolve) =>
    server.once('connection', (socket) => socket.once('close', () => resolve())),
  )
  await (await fetch('/stream')).body!.cancel()
  await closed
})

test('nobody behind the socket is said as such', async () => {
  const fetch = createSocketFetch(join(await createTempDir('sock'), 'none'))
  await expect(fetch('/readyz')).rejects.toThrow(DeskAwayError)
})

test('a server that dies in the middle of an answer breaks its body off', async () => {
  const { fetch, stop } = await listen((_request, response) => void response.write('first'))
  const reader = (await fetch('/stream')).body!.getReader()
  await reader.read()
  stop()
  await expect(reader.read()).rejects.toThrow()
})
