/**
 * A run of a scripted desk followed by the documented client over a real socket through a link with faults, and the
 * comparison with what REST says of the run.
 */
import { expect } from 'vitest'
import { createDocumentedClient, type DocumentedClient } from './documented-client.ts'
import { openFaultyLink, type Fault, type FaultyLink } from './faulty-link.ts'
import { createWebDesk, type WebDesk, type WebDeskOptions } from './web-desk.ts'

export interface FollowedRun {
  web: WebDesk
  runId: string
  client: DocumentedClient
  /** Moves time on and waits until what was sent by then has come through. */
  advance(ms: number): Promise<void>
  reconnect(): Promise<void>
  /** Lets the client look after itself without further faults, as a program would every so often. */
  heal(): Promise<void>
  expectSameAsRest(): Promise<void>
}

const HEAL_ROUNDS = 5

export async function followRun(
  options: WebDeskOptions & { fault: (message: { type: string; [field: string]: unknown }) => Fault },
): Promise<FollowedRun> {
  const web = await createWebDesk(options)
  const url = await web.listen()
  const runId = web.desk.add()
  const client = createDocumentedClient({ url, runId })
  let isFaulty = true
  let link: FaultyLink = await connect()

  async function connect(): Promise<FaultyLink> {
    const held: string[] = []
    let receive: (text: string) => void = (text) => held.push(text)
    const opened = await openFaultyLink({
      url: `${url}/ws?run_id=${encodeURIComponent(runId)}`,
      fault: (message) => (isFaulty ? options.fault(message) : 'pass'),
      receive: (text) => receive(text),
    })
    client.connected(opened)
    receive = client.receive
    for (const text of held) receive(text)
    return opened
  }

  async function settle(): Promise<void> {
    if (!(await link.settle())) link = await connect()
  }

  async function rest<T>(path: string): Promise<{ status: number; body: T }> {
    const response = await fetch(`${url}/runs/${encodeURIComponent(runId)}${path}`, {
      headers: { Accept: 'application/json' },
    })
    return { status: response.status, body: (await response.json()) as T }
  }

  return {
    web,
    runId,
    client,
    async advance(ms) {
      await web.clock.advance(ms)
      await settle()
    },
    async reconnect() {
      link.close()
      link = await connect()
    },
    async heal() {
      isFaulty = false
      for (let round = 0; round < HEAL_ROUNDS; round++) {
        await web.clock.advance(2_000)
        await settle()
        client.tick()
        await settle()
        await settle()
      }
      await client.idle()
    },
    async expectSameAsRest() {
      const { body: summary } = await rest<Record<string, unknown>>('/status')
      expect({ status: client.status, progress: client.progress, message: client.progressMessage }).toEqual({
        status: summary.status,
        progress: summary.overall_progress,
        message: summary.progress_message,
      })
      expect(client.tree).toEqual((await rest('/tree')).body)
      const { body: whole } = await rest<{ content: unknown }>('')
      expect(client.content).toEqual(whole.content)
      const { body: logs } = await rest<{ entries: unknown[] }>('/logs?limit=5000')
      expect(client.log).toEqual(logs.entries)
      const isOver = ['completed', 'error', 'canceled'].includes(client.status ?? '')
      const decision = await rest('/decision')
      if (isOver) expect(client.decision).toEqual(decision.status === 404 ? null : decision.body)
    },
  }
}
