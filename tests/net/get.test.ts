import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NetError } from '../../src/net/net.ts'
import { createManualClock } from '../support/manual-clock.ts'
import {
  createTestNet,
  startDataServer,
  until,
  type DataServer,
  type TestNet,
} from '../support/data-server.ts'

const { signal } = new AbortController()
const hostTier = (net: TestNet) => net.use().find(({ tier }) => tier === 'host:data.test')

/** Answers each request only when told to. */
async function startHeldServer(): Promise<DataServer & { release(count: number): void }> {
  const held: (() => void)[] = []
  const server = await startDataServer((request, response) => {
    held.push(() => response.end(request.url))
  })
  return Object.assign(server, {
    release: (count: number) => held.splice(0, count).forEach((answer) => answer()),
  })
}

test('twenty who ask for the same at the same time are one request', async () => {
  const server = await startHeldServer()
  const net = createTestNet([server])
  const answers = Array.from({ length: 20 }, (_, i) =>
    net.get(server.url(`/same#${i}`), { signal, headers: i % 2 ? { A: '1', B: '2' } : { b: '2', a: '1' } }),
  )
  await until(() => server.load.now === 1)
  server.release(1)
  expect(new Set(await Promise.all(answers)).size).toBe(1)
  expect(server.requests).toHaveLength(1)
})

test('other headers or other bounds are another request', async () => {
  const server = await startDataServer((request, response) => response.end(request.headers.accept))
  const net = createTestNet([server])
  const texts = await Promise.all([
    net.get(server.url(), { signal, headers: { accept: 'a/a' } }),
    net.get(server.url(), { signal, headers: { accept: 'b/b' } }),
    net.get(server.url(), { signal, headers: { accept: 'b/b' }, maxBytes: 100 }),
  ])
  expect(texts.map(({ text }) => text)).toEqual(['a/a', 'b/b', 'b/b'])
  expect(server.requests).toHaveLength(3)
})

test('who aborts leaves, and the request goes on for the others', async () => {
  const server = await startHeldServer()
  const net = createTestNet([server])
  const leaving = new AbortController()
  const first = net.get(server.url(), { signal: leaving.signal })
  const second = net.get(server.url(), { signal })
  first.catch(() => {})
  await until(() => server.load.now === 1)
  leaving.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  server.release(1)
  expect((await second).text).toBe('/')
  expect(server.requests).toHaveLength(1)
})

test('with the last one gone the request is aborted, and who asks next begins anew', async () => {
  const server = await startHeldServer()
  const net = createTestNet([server])
  const stops = [new AbortController(), new AbortController()]
  const asked = stops.map((stop) => net.get(server.url(), { signal: stop.signal }))
  for (const one of asked) one.catch(() => {})
  await until(() => server.load.now === 1)
  for (const stop of stops) stop.abort(new Error('enough'))
  const next = net.get(server.url(), { signal })
  for (const one of asked) await expect(one).rejects.toThrow('enough')
  await until(() => server.requests.length === 2 && server.load.now === 1)
  server.release(2)
  expect((await next).text).toBe('/')
  await expect(net.get(server.url(), { signal: stops[0]!.signal })).rejects.toThrow('enough')
  expect(server.requests).toHaveLength(2)
})

test('an answer is used again as long as it is young enough for who asks', async () => {
  let count = 0
  const server = await startDataServer((_request, response) => response.end(String(++count)))
  const net = createTestNet([server])
  const get = async (maxAgeMs?: number) => (await net.get(server.url(), { signal, maxAgeMs })).text
  const startMs = net.clock.now()
  expect(await get(60_000)).toBe('1')
  await net.clock.advance(60_000)
  expect(await get(60_000)).toBe('1')
  expect((await net.get(server.url(), { signal, maxAgeMs: 60_000 })).fetchedMs).toBe(startMs)
  expect(await get(59_999)).toBe('2')
  expect(await get(0)).toBe('2')
  expect(await get()).toBe('3')
})

test('an answer is kept only where someone may use it again, also one that was fetched for another', async () => {
  let count = 0
  const server = await startDataServer((_request, response) => response.end(String(++count)))
  const net = createTestNet([server])
  const get = async (maxAgeMs?: number) => (await net.get(server.url(), { signal, maxAgeMs })).text
  expect(await get()).toBe('1')
  expect(await get(60_000)).toBe('2')
  await net.clock.advance(60_001)
  expect(await Promise.all([get(), get(60_000)])).toEqual(['3', '3'])
  expect(await get(60_000)).toBe('3')
})

test('errors are not kept, what is known to be missing is', async () => {
  const counts: Record<string, number> = {}
  const server = await startDataServer((request, response) => {
    const status = Number(request.url!.slice(1))
    counts[status] = (counts[status] ?? 0) + 1
    response.writeHead(status).end()
  })
  const net = createTestNet([server])
  for (const status of [200, 404, 410, 403, 400, 200, 404, 410, 403, 400]) {
    const answer = await net.get(server.url(`/${status}`), { signal, maxAgeMs: 1_000 })
    expect(answer.status).toBe(status)
  }
  expect(counts).toEqual({ 200: 1, 404: 1, 410: 1, 403: 2, 400: 2 })
})

test('the cache keeps to its size: what was not used for longest goes first', async () => {
  const server = await startDataServer((_request, response) => response.end('x'.repeat(10_000)))
  const net = createTestNet([server], { cacheBytes: 50_000 })
  for (const path of ['/a', '/b', '/a', '/c', '/a', '/b']) {
    await net.get(server.url(path), { signal, maxAgeMs: 1_000 })
  }
  expect(server.requests.map(({ url }) => url)).toEqual(['/a', '/b', '/c', '/b'])
})

test('429 and 5xx are tried again, three times in all, without a place held while waiting', async () => {
  const statuses = [429, 503, 200]
  const server = await startDataServer((_request, response) => {
    response.writeHead(statuses.shift() ?? 500).end('body')
  })
  const net = createTestNet([server], { random: () => 0.5, limits: { maxConcurrency: 1 } })
  const answer = net.get(server.url(), { signal })
  await until(() => hostTier(net)?.retries === 1)
  expect(net.use()).toEqual([
    expect.objectContaining({ tier: 'data', in_use: 0, retries: 1, back_off_seconds: 0.25 }),
    expect.objectContaining({
      tier: 'host:data.test',
      in_use: 0,
      limit: 2,
      adapted_limit: 1,
      rate_limited: 1,
    }),
  ])
  await net.clock.advance(249)
  expect(server.requests).toHaveLength(1)
  await net.clock.advance(1)
  await until(() => hostTier(net)?.retries === 2)
  await net.clock.advance(500)
  expect((await answer).status).toBe(200)
  // A success gave the host its second place back.
  expect(hostTier(net)).toMatchObject({
    adapted_limit: 2,
    retries: 2,
    back_off_seconds: 0.75,
    rate_limited: 1,
  })
})

test('after the third try a 5xx is an error that says so, and a 429 the answer', async () => {
  const server = await startDataServer((request, response) => {
    response.writeHead(Number(request.url!.slice(1, 4))).end('too much')
  })
  // Waits of no length end as soon as the clock is touched.
  const net = createTestNet([server], { clock: createRestlessClock() })
  await expect(net.get(server.url('/502?key=s3cret'), { signal })).rejects.toThrow(
    new NetError(`data.test:${server.port}: answered 502, 3 times`),
  )
  expect(server.requests).toHaveLength(3)
  expect(await net.get(server.url('/429'), { signal })).toMatchObject({ status: 429, text: 'too much' })
  expect(server.requests).toHaveLength(6)
})

test('a lost connection is tried again, and so is a name that cannot be resolved', async () => {
  let count = 0
  const server = await startDataServer((request, response) => {
    if (++count % 3 === 0) response.end('at last')
    else if (count % 3 === 1) request.socket.destroy()
    else response.write('half', () => request.socket.destroy())
  })
  const net = createTestNet([server], { clock: createRestlessClock() })
  expect((await net.get(server.url(), { signal })).text).toBe('at last')
  let lookUps = 0
  const away = createTestNet([server], {
    clock: createRestlessClock(),
    resolve: async () => {
      lookUps++
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    },
  })
  await expect(away.get(server.url('/?key=s3cret'), { signal })).rejects.toThrow(
    `data.test:${server.port}: the name is unknown`,
  )
  expect(lookUps).toBe(3)
})

test.each([
  ['seconds', () => '7', 7_000],
  ['an HTTP date', (nowMs: number) => new Date(nowMs + 12_000).toUTCString(), 12_000],
  ['as long as may be', () => '30', 30_000],
])('Retry-After in %s is obeyed', async (_form, header, waitMs) => {
  const server = await startDataServer((_request, response) => {
    if (server.requests.length > 1) return response.end('now')
    response.writeHead(429, { 'Retry-After': header(net.clock.now()) }).end()
  })
  const net = createTestNet([server], { random: () => 0.999 })
  const answer = net.get(server.url(), { signal })
  await until(() => hostTier(net)?.retries === 1)
  expect(hostTier(net)?.back_off_seconds).toBe(waitMs / 1_000)
  await net.clock.advance(waitMs - 1)
  expect(server.requests).toHaveLength(1)
  await net.clock.advance(1)
  expect((await answer).text).toBe('now')
})

test('Retry-After is obeyed by all who want something of the host, by nobody else', async () => {
  const server = await startDataServer((request, response) => {
    if (request.url !== '/first') return response.end(request.url)
    response.writeHead(503, { 'Retry-After': '20' }).end()
  })
  const net = createTestNet([server])
  const stop = new AbortController()
  const first = net.get(server.url('/first'), { signal: stop.signal })
  await until(() => hostTier(net)?.retries === 1)
  stop.abort(new Error('enough'))
  await expect(first).rejects.toThrow('enough')
  const others = ['/a', '/b', '/c'].map((path) => net.get(server.url(path), { signal }))
  expect((await net.get(server.url('/d', 'a.data.test'), { signal })).text).toBe('/d')
  expect(hostTier(net)).toMatchObject({ in_use: 0, waiting: 3, closed_for_seconds: 20 })
  await net.clock.advance(19_999)
  expect(server.requests.map(({ url }) => url)).toEqual(['/first', '/d'])
  await net.clock.advance(1)
  expect((await Promise.all(others)).map(({ text }) => text)).toEqual(['/a', '/b', '/c'])
})

test('a server that wants to be left alone for longer than 30 seconds is', async () => {
  const server = await startDataServer((request, response) => {
    response.writeHead(request.url === '/later' ? 503 : 429, { 'Retry-After': '31' }).end()
  })
  const net = createTestNet([server])
  const answer = await net.get(server.url(), { signal })
  expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': '31' } })
  await expect(net.get(server.url('/later'), { signal })).rejects.toThrow(
    new NetError(`data.test:${server.port}: answered 503`),
  )
  expect(server.requests).toHaveLength(2)
})

test('aborting ends a back-off at once', async () => {
  const server = await startDataServer((_request, response) => {
    response.writeHead(503, { 'Retry-After': '20' }).end()
  })
  const net = createTestNet([server])
  const stop = new AbortController()
  const answer = net.get(server.url(), { signal: stop.signal })
  answer.catch(() => {})
  await until(() => hostTier(net)?.retries === 1)
  stop.abort(new Error('enough'))
  await expect(answer).rejects.toThrow('enough')
  expect(net.clock.sleepers).toBe(0)
})

test('the server never sees more at once than a host may have, nor than all hosts together may', async () => {
  const now: Record<string, number> = {}
  const most: Record<string, number> = {}
  const held: (() => void)[] = []
  const server = await startDataServer((request, response) => {
    const name = request.headers.host!.split('.')[0]!
    now[name] = (now[name] ?? 0) + 1
    most[name] = Math.max(most[name] ?? 0, now[name])
    response.once('close', () => now[name]!--)
    held.push(() => response.end())
  })
  const net = createTestNet([server], { limits: { maxConcurrency: 3, perHost: 2 } })
  let left = 30
  const asked = Array.from({ length: left }, (_, i) =>
    net.get(server.url(`/${i}`, `${i % 2 ? 'a' : 'b'}.data.test`), { signal }).then(() => left--),
  )
  while (left > 0) {
    const before = left
    // As many as may be are under way before one of them is answered.
    await until(() => net.use()[0]!.in_use === server.load.now && held.length > 0)
    held.shift()!()
    await until(() => left < before)
  }
  await Promise.all(asked)
  expect({ ...most, all: server.load.most, requests: server.requests.length }).toEqual({
    a: 2,
    b: 2,
    all: 3,
    requests: 30,
  })
  expect(net.use()).toEqual([
    expect.objectContaining({ tier: 'data', limit: 3, in_use: 0, waiting: 0 }),
    expect.objectContaining({ tier: 'host:b.data.test', limit: 2, in_use: 0, waiting: 0 }),
    expect.objectContaining({ tier: 'host:a.data.test', limit: 2, in_use: 0, waiting: 0 }),
  ])
})

test('no place is lost, whatever is asked and however it ends', async () => {
  const server = await startDataServer((request, response) => {
    switch (request.url!.split('/')[1]) {
      case 'broken':
        return request.socket.destroy()
      case 'busy':
        return response.writeHead(429).end()
      case 'bad':
        return response.writeHead(500).end()
      case 'moved':
        return response.writeHead(302, { Location: '/fine' }).end()
      case 'silent':
        return undefined
      default:
        return response.end('fine')
    }
  })
  const net = createTestNet([server], { clock: createRestlessClock() })
  const kind = fc.constantFrom('fine', 'broken', 'busy', 'bad', 'moved', 'silent', 'aborted')
  await fc.assert(
    fc.asyncProperty(fc.array(kind, { minLength: 1, maxLength: 12 }), async (kinds) => {
      const asked = kinds.map(async (one, i) => {
        const stop = new AbortController()
        const answer = net.get(server.url(`/${one}/${i % 3}`), { signal: stop.signal })
        if (one === 'silent' || one === 'aborted') setImmediate(() => stop.abort(new Error('enough')))
        return answer
      })
      await Promise.allSettled(asked)
      await until(() => net.use().every((tier) => tier.in_use === 0 && tier.waiting === 0))
    }),
    { numRuns: 30 },
  )
})

/** A clock on which waits of no length are over at once; the others wait to be told. */
function createRestlessClock() {
  const clock = createManualClock()
  return Object.create(clock, {
    sleep: {
      value: (ms: number, on?: AbortSignal) => (ms === 0 ? Promise.resolve() : clock.sleep(ms, on)),
    },
  }) as typeof clock
}
