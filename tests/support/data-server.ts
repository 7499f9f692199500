/**
 * A server of data on loopback that counts what it sees, and a way out that reaches it: `name` resolves to 127.0.0.1 and
 * is admitted on the ports of the servers given, all other rules as in the product.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { createNet, type NetOptions } from '../../src/net/create-net.ts'
import type { Net } from '../../src/net/net.ts'
import type { Certificate } from './certificate.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'

export type DataHandler = (request: IncomingMessage, response: ServerResponse) => unknown

export interface DataServer {
  readonly port: number
  /** Every request so far, oldest first. */
  readonly requests: readonly IncomingMessage[]
  /** Connections made so far, and those still open. */
  readonly connections: { made: number; open: number }
  /** Requests being answered, and the most there ever were at once. */
  readonly load: { now: number; most: number }
  /** `http://name:port/path`. */
  url(path?: string, name?: string): string
}

/** Stops with the test. */
export async function startDataServer(handle: DataHandler, certificate?: Certificate): Promise<DataServer> {
  const requests: IncomingMessage[] = []
  const connections = { made: 0, open: 0 }
  const load = { now: 0, most: 0 }
  const listener: DataHandler = (request, response) => {
    requests.push(request)
    load.most = Math.max(load.most, ++load.now)
    response.once('close', () => load.now--)
    return handle(request, response)
  }
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener)
  server.on('connection', (socket) => {
    connections.made++
    connections.open++
    socket.once('close', () => connections.open--)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    requests,
    connections,
    load,
    url: (path = '/', name = 'data.test') => `http${certificate ? 's' : ''}://${name}:${port}${path}`,
  }
}

export interface TestNet extends Net {
  readonly clock: ManualClock
}

/**
 * `data.test` and `*.data.test` on each server's port are allowed. The clock stands still and back-offs are as short as
 * they may be, unless told otherwise. Closes with the test.
 */
export function createTestNet(
  servers: readonly DataServer[],
  options: Partial<Omit<NetOptions, 'clock'>> & { clock?: ManualClock } = {},
): TestNet {
  const ports = servers.map(({ port }) => port)
  const clock = options.clock ?? createManualClock()
  const net = createNet({
    allowedHosts: ports.flatMap((port) => [`data.test:${port}`, `*.data.test:${port}`]),
    limits: { maxConcurrency: 4 },
    userAgent: 'rundesk-test',
    random: () => 0,
    resolve: async () => ['127.0.0.1'],
    permitAddress: (address, port) => address === '127.0.0.1' && ports.includes(port),
    ...options,
    clock,
  })
  onTestFinished(() => net.close())
  return Object.assign(net, { clock })
}

/** Resolves as soon as the condition holds; the test's own time bounds it. */
export function until(condition: () => boolean): Promise<unknown> {
  return vi.waitUntil(condition, { interval: 1, timeout: 10_000 })
}
