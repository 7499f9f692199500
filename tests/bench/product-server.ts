/** The product as a user starts it, `rundesk serve`, in a process of its own with the probe in it. */
import http from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProbed, type ProbedProcess } from './probed-process.ts'
import type { DeskPlace } from './seed.ts'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')
const POLL_MS = 5
const READY_TIMEOUT_MS = 30_000

export interface ProductServer {
  readonly origin: string
  readonly process: ProbedProcess
  /** From the start of the process to the first 200 of `/readyz`. */
  readonly readyMs: number
  /** Of that, what Node took until it could run a line. */
  readonly bootMs: number
  end(signal?: NodeJS.Signals): Promise<void>
}

/** Blocks of the event loop count from here on: what came before the first 200 of `/readyz` is forgotten. */
export async function startProduct(
  place: DeskPlace,
  env: Record<string, string> = {},
): Promise<ProductServer> {
  const port = await findFreePort()
  const startedMs = performance.now()
  const server = startProbed(MAIN, ['serve', '--port', String(port)], {
    env: { DATA_DIR: place.dataDir, RESULTS_DIR: place.resultsDir, ...env },
    // Away from the settings file of whoever runs this.
    cwd: join(place.dataDir, '..'),
  })
  const origin = `http://127.0.0.1:${port}`
  const died = server.hear(() => undefined)
  await Promise.race([untilReady(origin), died])
  const readyMs = performance.now() - startedMs
  died.catch(() => undefined)
  const { bootMs } = await server.report()
  return { origin, process: server, readyMs, bootMs, end: server.end }
}

async function untilReady(origin: string): Promise<void> {
  const giveUpMs = performance.now() + READY_TIMEOUT_MS
  while (performance.now() < giveUpMs) {
    if ((await request(`${origin}/readyz`).catch(() => null))?.status === 200) return
    await sleep(POLL_MS)
  }
  throw new Error(`the server was not ready within ${READY_TIMEOUT_MS / 1_000} s`)
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

export interface Answer {
  status: number
  body: Buffer
  /** Until the last byte. */
  tookMs: number
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })

/** One request over a kept connection, timed up to its last byte. */
export function request(
  url: string,
  { accept = '*/*', form }: { accept?: string; form?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now()
    const headers = { Accept: accept, ...(form && { 'Content-Type': 'application/x-www-form-urlencoded' }) }
    const sent = http.request(url, { agent, headers, method: form ? 'POST' : 'GET' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const tookMs = performance.now() - startedMs
        resolve({ status: response.statusCode!, body: Buffer.concat(chunks), tookMs })
      })
    })
    sent.on('error', reject)
    sent.end(form && new URLSearchParams(form).toString())
  })
}
