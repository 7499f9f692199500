import { expect, onTestFinished, test } from 'vitest'
import { createNet } from '../../src/net/create-net.ts'
import { NetError } from '../../src/net/net.ts'
import { createCertificate } from '../support/certificate.ts'
import { createManualClock, settle } from '../support/manual-clock.ts'
import { createTestNet, startDataServer, until } from '../support/data-server.ts'

const { signal } = new AbortController()

test('what is asked arrives, what is answered comes back', async () => {
  const server = await startDataServer((request, response) => {
    response.setHeader('X-Twice', ['a', 'b'])
    response.end(`${request.method} ${request.url} ${request.headers['user-agent']}`)
  })
  const net = createTestNet([server])
  const answer = await net.get(server.url('/prices?of=AAPL#part'), { signal })
  expect(answer).toMatchObject({
    status: 200,
    text: 'GET /prices?of=AAPL rundesk-test',
    url: server.url('/prices?of=AAPL'),
    fetchedMs: net.clock.now(),
  })
  expect(answer.headers['x-twice']).toBe('a, b')
})

test.each([
  ['127.0.0.1', 'loopback'],
  ['10.1.2.3', 'private'],
  ['169.254.169.254', 'link-local'],
  ['100.100.100.200', 'shared by a carrier'],
  ['0.0.0.0', 'of this network'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'an IPv4 address written as IPv6'],
  ['64:ff9b::7f00:1', 'translated to IPv4'],
  ['fd00:ec2::254', 'private'],
])('a name that leads to %s is refused after resolution', async (address, what) => {
  const server = await startDataServer((_request, response) => response.end())
  const net = createTestNet([server], { resolve: async () => [address], permitAddress: () => false })
  for (const ask of [
    () => net.get(server.url('/?key=s3cret'), { signal }),
    () => net.fetch(server.url('/')),
  ]) {
    const error = await ask().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(NetError)
    expect((error as Error).message).toContain(`data.test: refused, its address is ${what}`)
    expect((error as Error).message).not.toContain('s3cret')
  }
  expect(server.connections.made).toBe(0)
})

test('the names of this machine are refused as the system resolves them', async () => {
  const server = await startDataServer((_request, response) => response.end())
  const net = createNet({
    allowedHosts: [`localhost:${server.port}`],
    clock: createManualClock(),
    limits: { maxConcurrency: 4 },
    userAgent: 'rundesk-test',
  })
  onTestFinished(() => net.close())
  const asked = net.get(server.url('/', 'localhost'), { signal })
  await expect(asked).rejects.toThrow(new NetError('localhost: refused, its address is loopback'))
  expect(server.connections.made).toBe(0)
})

test('of a mixed answer only the admitted address is connected to', async () => {
  const server = await startDataServer((_request, response) => response.end('here'))
  const net = createTestNet([server], { resolve: async () => ['10.0.0.1', '::1', '127.0.0.1'] })
  expect((await net.get(server.url(), { signal })).text).toBe('here')
})

test('a name that is pointed elsewhere gets nowhere: kept connections stay, new ones are judged anew', async () => {
  const admitted = ['127.0.0.1']
  const answers = [admitted, ['169.254.169.254']]
  let resolved = 0
  const server = await startDataServer((request, response) => {
    if (request.url === '/last') response.setHeader('Connection', 'close')
    response.end('here')
  })
  const net = createTestNet([server], { resolve: async () => answers[Math.min(resolved++, 1)]! })
  expect((await net.get(server.url('/first'), { signal })).text).toBe('here')
  // The connection is free a moment after its answer is whole.
  await settle()
  expect((await net.get(server.url('/last'), { signal })).text).toBe('here')
  expect({ resolved, made: server.connections.made }).toEqual({ resolved: 1, made: 1 })
  await until(() => server.connections.open === 0)
  await expect(net.get(server.url('/again'), { signal })).rejects.toThrow(
    'data.test: refused, its address is link-local',
  )
  expect({ resolved, made: server.connections.made }).toEqual({ resolved: 2, made: 1 })
})

test('a resolver that answers what is no address is refused', async () => {
  const server = await startDataServer((_request, response) => response.end())
  const odd = createTestNet([server], { resolve: async () => ['localhost'], permitAddress: () => true })
  await expect(odd.get(server.url(), { signal })).rejects.toThrow('refused, its address is not an IP address')
  const none = createTestNet([server], { resolve: async () => [] })
  await expect(none.get(server.url(), { signal })).rejects.toThrow('data.test: it has no address')
})

test.each([
  ['ftp://data.test/', 'data.test: refused, only http and https are asked'],
  ['http://me:s3cret@data.test/', 'data.test: refused, an address with a name or password is not asked'],
  ['http://elsewhere.test/?key=s3cret', 'elsewhere.test: refused, it is not an allowed host'],
  ['not an address s3cret', 'what was to be asked is not an address'],
])('%s is refused before anything is resolved', async (address, message) => {
  const net = createTestNet([], { resolve: () => Promise.reject(new Error('resolved')) })
  await expect(net.get(address, { signal })).rejects.toThrow(new NetError(message))
  await expect(net.fetch(address)).rejects.toThrow(new NetError(message))
  expect(net.use()).toEqual([expect.objectContaining({ tier: 'data', in_use: 0 })])
})

test('a redirect to an address on this machine or its network is refused', async () => {
  const targets = [
    'http://169.254.169.254/latest',
    'http://[::1]/',
    'http://2130706433/',
    'http://inside.test/',
  ]
  const server = await startDataServer((request, response) => {
    response.writeHead(302, { Location: targets[Number(request.url!.slice(1))] }).end()
  })
  const net = createTestNet([server], {
    allowedHosts: [`data.test:${server.port}`, '169.254.169.254', '[::1]', '127.0.0.1', 'inside.test'],
    resolve: async (host) => [host === 'inside.test' ? '10.0.0.5' : '127.0.0.1'],
  })
  const from = `data.test:${server.port}: redirects to`
  await expect(net.get(server.url('/0'), { signal })).rejects.toThrow(
    `${from} 169.254.169.254: refused, its address is link-local`,
  )
  await expect(net.get(server.url('/1'), { signal })).rejects.toThrow(
    `${from} [::1]: refused, its address is loopback`,
  )
  await expect(net.get(server.url('/2'), { signal })).rejects.toThrow(
    `${from} 127.0.0.1: refused, its address is loopback`,
  )
  await expect(net.get(server.url('/3'), { signal })).rejects.toThrow(
    'inside.test: refused, its address is private',
  )
})

test('a redirect to a host that is not allowed, to another scheme or to nowhere is refused', async () => {
  const targets = ['https://elsewhere.test/?key=s3cret', 'file:///etc/passwd', 'http://']
  const server = await startDataServer((request, response) => {
    response.writeHead(307, { Location: targets[Number(request.url!.slice(1))] }).end()
  })
  const net = createTestNet([server])
  const host = `data.test:${server.port}`
  await expect(net.get(server.url('/0'), { signal })).rejects.toThrow(
    new NetError(`${host}: redirects to elsewhere.test: refused, it is not an allowed host`),
  )
  await expect(net.get(server.url('/1'), { signal })).rejects.toThrow(
    new NetError(`${host}: redirects to file:: refused, only http and https are asked`),
  )
  await expect(net.get(server.url('/2'), { signal })).rejects.toThrow(
    new NetError(`${host}: refused, where it redirects to is not an address`),
  )
})

test('headers that might authorise stay with the host they were meant for', async () => {
  const server = await startDataServer((request, response) => {
    if (request.url === '/') response.writeHead(302, { Location: '/same' }).end()
    else if (request.url === '/same')
      response.writeHead(302, { Location: server.url('/other', 'cdn.data.test') }).end()
    else response.end('there')
  })
  const net = createTestNet([server])
  const headers = {
    Authorization: 'Bearer s3cret',
    Cookie: 'a=s3cret',
    'X-Api-Key': 's3cret',
    Accept: 'text/csv',
    Host: 'inside.test',
    'User-Agent': 'desk me@example.com',
  }
  const answer = await net.get(server.url('/'), { signal, headers })
  expect(answer).toMatchObject({ text: 'there', url: server.url('/other', 'cdn.data.test') })
  const [first, second, third] = server.requests.map((request) => request.headers)
  for (const received of [first, second]) {
    expect(received).toMatchObject({
      authorization: 'Bearer s3cret',
      cookie: 'a=s3cret',
      'x-api-key': 's3cret',
    })
    expect(received!.host).toBe(`data.test:${server.port}`)
  }
  expect(JSON.stringify(third)).not.toContain('s3cret')
  expect(third).toMatchObject({
    host: `cdn.data.test:${server.port}`,
    accept: 'text/csv',
    'user-agent': 'desk me@example.com',
  })
})

test('at most five redirects are followed', async () => {
  const server = await startDataServer((request, response) => {
    const left = Number(request.url!.slice(1))
    if (left === 0) response.end('done')
    else response.writeHead(301, { Location: `/${left - 1}` }).end()
  })
  const net = createTestNet([server])
  expect((await net.get(server.url('/5'), { signal })).text).toBe('done')
  await expect(net.get(server.url('/6'), { signal })).rejects.toThrow('more than 5 redirects')
})

test('over TLS the certificate is held to the name, though the connection goes to the judged address', async () => {
  const certificate = createCertificate('data.test')
  const server = await startDataServer((_request, response) => response.end('secure'), certificate)
  const net = createTestNet([server], { connect: { ca: certificate.cert } })
  expect((await net.get(server.url(), { signal })).text).toBe('secure')
  await expect(net.fetch(server.url('/', 'other.data.test'), { method: 'POST' })).rejects.toThrow(
    `other.data.test:${server.port}: the connection failed (ERR_TLS_CERT_ALTNAME_INVALID)`,
  )
  const trusting = createTestNet([server])
  await expect(trusting.fetch(server.url(), { method: 'POST' })).rejects.toThrow(
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  )
})

test('https never redirects down to http', async () => {
  const certificate = createCertificate('data.test')
  const plain = await startDataServer((_request, response) => response.end('plain'))
  const server = await startDataServer(
    (_request, response) => response.writeHead(301, { Location: plain.url() }).end(),
    certificate,
  )
  const net = createTestNet([server, plain], { connect: { ca: certificate.cert } })
  await expect(net.get(server.url(), { signal })).rejects.toThrow(
    'refused, it redirects from https down to http',
  )
  expect(plain.requests).toEqual([])
})

test('a header that cannot be sent is refused without being repeated', async () => {
  const server = await startDataServer((_request, response) => response.end())
  const net = createTestNet([server])
  const headers = { authorization: 's3cret\r\nX-More: 1' }
  await expect(net.get(server.url(), { signal, headers })).rejects.toThrow(
    new NetError(`data.test:${server.port}: a header of the request cannot be sent`),
  )
})
