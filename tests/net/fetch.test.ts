import { expect, test } from 'vitest'
import { NetError } from '../../src/net/net.ts'
import { createTestNet, startDataServer, until, type DataHandler } from '../support/data-server.ts'

const echo: DataHandler = async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const { method, url, headers } = request
  response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }))
}

test('a real response comes back: status, headers with every cookie, address and body', async () => {
  const server = await startDataServer((request, response) => {
    if (request.url === '/old') return response.writeHead(301, { Location: '/new' }).end()
    response.writeHead(203, { 'Set-Cookie': ['a=1; Secure', 'b=2'], 'Content-Type': 'application/json' })
    return response.end('{"price":12.5}')
  })
  const response = await createTestNet([server]).fetch(server.url('/old'))
  expect(response).toBeInstanceOf(Response)
  expect(response).toMatchObject({ status: 203, ok: true, url: server.url('/new'), redirected: true })
  expect(response.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2'])
  expect(await response.clone().json()).toEqual({ price: 12.5 })
  expect(await response.text()).toBe('{"price":12.5}')
})

test('address, URL and Request are taken, with method, headers and body', async () => {
  const server = await startDataServer(echo)
  const net = createTestNet([server])
  const plain = await (await net.fetch(server.url('/a?b=c#d'))).json()
  expect(plain).toMatchObject({ method: 'GET', url: '/a?b=c', headers: { 'user-agent': 'rundesk-test' } })
  const posted = await net.fetch(new URL(server.url('/form')), {
    method: 'post',
    body: new URLSearchParams({ agree: 'yes' }),
    headers: { cookie: 'a=1; b=2', 'user-agent': 'library', 'content-length': '999' },
  })
  expect(await posted.json()).toMatchObject({
    method: 'POST',
    body: 'agree=yes',
    headers: {
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
      'content-length': '9',
      cookie: 'a=1; b=2',
      'user-agent': 'library',
    },
  })
  const request = new Request(server.url('/r'), { headers: { 'x-a': '1' } })
  const answer = await net.fetch(request, { method: 'POST', body: 'b' })
  expect(await answer.json()).toMatchObject({ method: 'POST', body: 'b' })
  const head = await net.fetch(server.url('/h'), { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test('a redirect is handed back, refused or followed, as wanted', async () => {
  const server = await startDataServer((request, response) => {
    if (request.url === '/') response.writeHead(302, { Location: '/next', 'Set-Cookie': 'a=1' }).end()
    else response.end('next')
  })
  const net = createTestNet([server])
  const manual = await net.fetch(server.url(), { redirect: 'manual' })
  expect([manual.status, manual.headers.get('location')]).toEqual([302, '/next'])
  expect(manual.headers.getSetCookie()).toEqual(['a=1'])
  await expect(net.fetch(server.url(), { redirect: 'error' })).rejects.toThrow('it redirects')
  expect(await (await net.fetch(server.url())).text()).toBe('next')
})

test('a POST follows a redirect as HTTP has it, but takes its body to no other place', async () => {
  const server = await startDataServer(async (request, response) => {
    const status = Number(request.url!.slice(1, 4))
    const elsewhere = server.url('/end', 'b.data.test')
    if (request.url === '/end') return echo(request, response)
    return response.writeHead(status, { Location: request.url!.endsWith('away') ? elsewhere : '/end' }).end()
  })
  const net = createTestNet([server])
  const post = (path: string) => net.fetch(server.url(path), { method: 'POST', body: 'x=1' })
  for (const status of [301, 302, 303]) {
    const received = (await (await post(`/${status}`)).json()) as { headers: object }
    expect(received).toMatchObject({ method: 'GET', body: '' })
    expect(received.headers).not.toHaveProperty('content-type')
  }
  for (const status of [307, 308]) {
    expect(await (await post(`/${status}`)).json()).toMatchObject({ method: 'POST', body: 'x=1' })
    await expect(post(`/${status}away`)).rejects.toThrow(
      'refused, it redirects what was sent to another place',
    )
  }
  expect(await (await post('/303away')).json()).toMatchObject({ method: 'GET', body: '' })
})

test('any status is an answer; a GET is tried again before, a POST never', async () => {
  const server = await startDataServer((_request, response) => {
    response.writeHead(503, { 'Retry-After': '1' }).end('busy')
  })
  const net = createTestNet([server])
  const posted = await net.fetch(server.url(), { method: 'POST' })
  expect([posted.status, await posted.text(), server.requests.length]).toEqual([503, 'busy', 1])
  await net.clock.advance(1_000)
  const got = net.fetch(server.url())
  const retries = () => net.use().find(({ tier }) => tier === 'host:data.test')?.retries
  for (const tried of [1, 2]) {
    await until(() => retries() === tried)
    await net.clock.advance(1_000)
  }
  expect((await got).status).toBe(503)
  expect(server.requests).toHaveLength(4)
})

test('answers without a body and statuses that HTTP does not have', async () => {
  const server = await startDataServer((request, response) => {
    response.setHeader('Content-Encoding', 'gzip')
    response.writeHead(Number(request.url!.slice(1))).end()
  })
  const net = createTestNet([server])
  for (const status of [204, 304]) expect((await net.fetch(server.url(`/${status}`))).status).toBe(status)
  await expect(net.fetch(server.url('/999'), { method: 'POST' })).rejects.toThrow(
    new NetError(`data.test:${server.port}: answered 999`),
  )
})

test('other methods and large bodies are refused, unsent', async () => {
  const server = await startDataServer(echo)
  const net = createTestNet([server])
  await expect(net.fetch(server.url(), { method: 'DELETE' })).rejects.toThrow('DELETE is not sent')
  const body = 'x'.repeat(1_048_577)
  await expect(net.fetch(server.url(), { method: 'POST', body })).rejects.toThrow('1048576 bytes is not sent')
  await expect(net.fetch(server.url(), { method: 'GET', body: 'x' })).rejects.toThrow('is not a request')
  expect(server.requests).toEqual([])
  const stopped = net.fetch(server.url(), { signal: AbortSignal.abort(new Error('enough')) })
  await expect(stopped).rejects.toThrow('enough')
})
