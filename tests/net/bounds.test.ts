import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { createNet } from '../../src/net/create-net.ts'
import { NetError } from '../../src/net/net.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { createTestNet, startDataServer, until } from '../support/data-server.ts'

const { signal } = new AbortController()

test('an answer as large as allowed passes, one byte more does not, announced or not', async () => {
  const server = await startDataServer((request, response) => {
    const [size, isAnnounced] = request.url!.slice(1).split('-')
    if (isAnnounced === 'yes') response.setHeader('Content-Length', size!)
    else response.flushHeaders()
    response.end(Buffer.alloc(Number(size), 120))
  })
  const net = createTestNet([server])
  for (const isAnnounced of ['yes', 'no']) {
    const fitting = await net.get(server.url(`/1000-${isAnnounced}`), { signal, maxBytes: 1_000 })
    expect(fitting.text).toHaveLength(1_000)
    await expect(net.get(server.url(`/1001-${isAnnounced}`), { signal, maxBytes: 1_000 })).rejects.toThrow(
      new NetError(`data.test:${server.port}: the answer is larger than 1000 bytes`),
    )
  }
  await expect(net.get(server.url('/8388609-no'), { signal })).rejects.toThrow('larger than 8388608 bytes')
  await expect(net.fetch(server.url('/8388609-no'))).rejects.toThrow('larger than 8388608 bytes')
  // Too large is final.
  expect(server.requests).toHaveLength(6)
})

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
])('an answer packed with %s is unpacked, and bounded by what comes out', async (encoding, pack) => {
  const bomb = pack(Buffer.alloc(9 * 1_048_576))
  const bodies: Record<string, Buffer> = { '/small': pack(Buffer.from('kleine Größe')), '/bomb': bomb }
  const server = await startDataServer((request, response) => {
    response.setHeader('Content-Encoding', encoding)
    response.end(bodies[request.url!])
  })
  const net = createTestNet([server])
  const small = await net.get(server.url('/small'), { signal })
  expect(small.text).toBe('kleine Größe')
  expect(small.headers).not.toHaveProperty('content-encoding')
  expect(small.headers).not.toHaveProperty('content-length')
  expect(bomb.byteLength).toBeLessThan(100_000)
  await expect(net.get(server.url('/bomb'), { signal })).rejects.toThrow('larger than 8388608 bytes')
  await until(() => server.load.now === 0)
})

test('an answer that unpacks into nothing is bounded by what arrives', async () => {
  const server = await startDataServer((_request, response) => {
    response.setHeader('Content-Encoding', 'gzip')
    // A header of gzip whose file name does not end.
    response.write(Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]))
    response.end(Buffer.alloc(20_000, 120))
  })
  const net = createTestNet([server])
  await expect(net.get(server.url(), { signal, maxBytes: 10_000 })).rejects.toThrow('larger than 10000 bytes')
})

test('a damaged answer, one cut short and one packed in an unknown way are errors', async () => {
  const packed = gzipSync(Buffer.from('x'.repeat(10_000)))
  const server = await startDataServer((request, response) => {
    response.setHeader('Content-Encoding', request.url === '/odd' ? 'zstd' : 'gzip')
    if (request.url === '/damaged') response.end(Buffer.from('this is not gzip'))
    else response.end(packed.subarray(0, packed.length - 10))
  })
  const net = createTestNet([server])
  const failing = (path: string) => net.fetch(server.url(path), { method: 'POST' })
  await expect(failing('/damaged')).rejects.toThrow('the answer is damaged')
  await expect(failing('/short')).rejects.toThrow('the answer is cut short')
  await expect(failing('/odd')).rejects.toThrow('packed in a way that was not asked for')
})

test('a slow trickle ends when its time is up, and the server sees the connection close', async () => {
  const server = await startDataServer((_request, response) => {
    const trickle = () => response.destroyed || response.write('x', () => setImmediate(trickle))
    trickle()
  })
  const net = createTestNet([server])
  const answer = net.get(server.url('/?key=s3cret'), { signal, timeoutMs: 5_000, maxBytes: 1e9 })
  answer.catch(() => {})
  await until(() => server.load.now === 1)
  await net.clock.advance(4_999)
  expect(server.load.now).toBe(1)
  await net.clock.advance(1)
  await expect(answer).rejects.toThrow(
    new NetError(`data.test:${server.port}: no whole answer within the time allowed`),
  )
  await until(() => server.load.now === 0 && server.connections.open === 0)
  expect(server.requests).toHaveLength(1)
  expect(net.use().every((tier) => tier.in_use === 0)).toBe(true)
})

test('the time of all hops together is bounded; twenty seconds unless told otherwise', async () => {
  const server = await startDataServer(async (request, response) => {
    const left = Number(request.url!.slice(1))
    await net.clock.advance(5_000)
    if (left > 0) response.writeHead(302, { Location: `/${left - 1}` }).end()
    else response.end('done')
  })
  const net = createTestNet([server])
  expect((await net.get(server.url('/2'), { signal })).text).toBe('done')
  await expect(net.get(server.url('/3'), { signal })).rejects.toThrow(
    'no whole answer within the time allowed',
  )
})

test('a server that says nothing is left when its time is up', async () => {
  const server = await startDataServer(() => {})
  const net = createTestNet([server])
  const asked = [net.get(server.url(), { signal }), net.fetch(server.url())]
  for (const one of asked) one.catch(() => {})
  await until(() => server.load.now === 2)
  await net.clock.advance(20_000)
  for (const one of asked) await expect(one).rejects.toThrow('no whole answer within the time allowed')
})

test('aborting reaches the server, before the answer and while it is read', async () => {
  const server = await startDataServer((request, response) => {
    if (request.url === '/begun') response.write('first')
  })
  const net = createTestNet([server])
  for (const [path, ask] of [
    ['/silent', (url: string, on: AbortSignal) => net.get(url, { signal: on })],
    ['/begun', (url: string, on: AbortSignal) => net.get(url, { signal: on })],
    ['/begun', (url: string, on: AbortSignal) => net.fetch(url, { signal: on })],
    ['/silent', (url: string, on: AbortSignal) => net.fetch(new Request(url, { signal: on }))],
  ] as const) {
    const stop = new AbortController()
    const answer: Promise<unknown> = ask(server.url(path), stop.signal)
    answer.catch(() => {})
    await until(() => server.load.now === 1)
    stop.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    await until(() => server.load.now === 0 && server.connections.open === 0)
  }
  expect(server.requests).toHaveLength(4)
  expect(net.use().every((tier) => tier.in_use === 0 && tier.waiting === 0)).toBe(true)
})

test('aborting also ends a connection that is still being made, and a name that is still looked up', async () => {
  const sockets = new Set<Socket>()
  const mute = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('close', () => sockets.delete(socket)).resume()
  })
  mute.listen(0, '127.0.0.1')
  await once(mute, 'listening')
  onTestFinished(() => void mute.close())
  const { port } = mute.address() as AddressInfo
  let lookUps = 0
  const net = createNet({
    allowedHosts: [`data.test:${port}`, 'lost.test'],
    clock: createManualClock(),
    limits: { maxConcurrency: 1 },
    userAgent: 'rundesk-test',
    resolve: (host) => (
      lookUps++,
      host === 'lost.test' ? new Promise(() => {}) : Promise.resolve(['127.0.0.1'])
    ),
    permitAddress: () => true,
  })
  onTestFinished(() => net.close())
  const stop = new AbortController()
  const shaking = net.get(`https://data.test:${port}/`, { signal: stop.signal })
  shaking.catch(() => {})
  await until(() => sockets.size === 1)
  stop.abort(new Error('enough'))
  await expect(shaking).rejects.toThrow('enough')
  await until(() => sockets.size === 0)
  const late = new AbortController()
  const lost = net.get('https://lost.test/', { signal: late.signal })
  lost.catch(() => {})
  await until(() => lookUps === 2)
  late.abort(new Error('enough of this'))
  await expect(lost).rejects.toThrow('enough of this')
  // The place is free for the next, and the broken connection is not used again.
  const again = new AbortController()
  const third = net.get(`https://data.test:${port}/`, { signal: again.signal })
  third.catch(() => {})
  await until(() => sockets.size === 1)
  again.abort(new Error('done'))
  await expect(third).rejects.toThrow('done')
  await until(() => sockets.size === 0)
})

test('closing ends what is under way and refuses what comes after', async () => {
  const server = await startDataServer(() => {})
  const net = createTestNet([server], { limits: { maxConcurrency: 2 } })
  const asked = [
    net.get(server.url('/a'), { signal }),
    net.fetch(server.url('/b')),
    net.get(server.url('/waits'), { signal }),
  ]
  for (const one of asked) one.catch(() => {})
  await until(() => server.load.now === 2)
  await net.close()
  for (const one of asked) await expect(one).rejects.toThrow(new NetError('the desk is closing'))
  await until(() => server.connections.open === 0)
  await expect(net.get(server.url('/c'), { signal })).rejects.toThrow('the desk is closing')
  await expect(net.fetch(server.url('/d'))).rejects.toThrow('the desk is closing')
  await net.close()
})
