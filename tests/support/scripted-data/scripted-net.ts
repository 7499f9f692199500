/**
 * The product's own way out, led to a server of the test whatever host is asked: `https://data.sec.gov/x` arrives on
 * loopback as `/x` of `data.sec.gov`. Every rule of the way out but the choice of host is in force.
 */
import type { Net } from '../../../src/net/net.ts'
import { createTestNet, startDataServer } from '../data-server.ts'
import type { ManualClock } from '../manual-clock.ts'

export interface ScriptedRequest {
  method: string
  /** As it was asked for. */
  url: URL
  headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface ScriptedAnswer {
  /** Default 200. */
  status?: number
  headers?: Record<string, string | string[]>
  /** What is no text is sent as JSON. */
  body?: unknown
}

/** Answers for one host; it may wait. */
export type ScriptedSite = (request: ScriptedRequest) => ScriptedAnswer | Promise<ScriptedAnswer>

export interface ScriptedNet extends Net {
  readonly clock: ManualClock
  /** Every request that arrived, oldest first. */
  readonly requests: readonly ScriptedRequest[]
}

/** `sites` by host name. Stops with the test. */
export async function createScriptedNet(
  sites: Readonly<Record<string, ScriptedSite>>,
  clock?: ManualClock,
): Promise<ScriptedNet> {
  const requests: ScriptedRequest[] = []
  const server = await startDataServer(async (incoming, response) => {
    const host = incoming.headers.host!.replace(/\.data\.test:\d+$/, '')
    const { method = 'GET', headers } = incoming
    const request = { method, url: new URL(incoming.url!, `https://${host}`), headers }
    requests.push(request)
    const answer = (await sites[host]?.(request)) ?? { status: 502, body: `nothing is scripted for ${host}` }
    const isText = typeof answer.body === 'string' || answer.body === undefined
    response.writeHead(answer.status ?? 200, {
      'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
      ...answer.headers,
    })
    response.end(isText ? answer.body : JSON.stringify(answer.body))
  })
  const net = createTestNet([server], clock ? { clock } : {})
  const lead = (address: string): string => {
    const { hostname, pathname, search } = new URL(address)
    return `http://${hostname}.data.test:${server.port}${pathname}${search}`
  }
  return {
    clock: net.clock,
    requests,
    get: (url, options) => net.get(lead(url), options),
    fetch: (input, init) => net.fetch(lead(input instanceof Request ? input.url : String(input)), init),
    use: () => net.use(),
    close: () => net.close(),
  }
}
