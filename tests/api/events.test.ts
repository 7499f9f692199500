import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HEARTBEAT_MS } from '../../src/core/sse.ts'
import { settle } from '../support/manual-clock.ts'
import type { ScriptedDesk } from '../support/scripted-desk.ts'
import { connectSse, type SseMessage } from '../support/sse-client.ts'
import { createWebDesk } from '../support/web-desk.ts'

async function journalOf(desk: ScriptedDesk, runId: string) {
  const events = []
  for await (const event of desk.events(runId)) events.push(event)
  return events
}

const idsOf = (messages: SseMessage[]) => messages.map(({ id }) => Number(id))

describe('the events of a run', () => {
  it('are replayed, go on live, and end with the final status', async () => {
    const { desk, listen } = await createWebDesk()
    const runId = desk.add()
    const client = await connectSse(`${await listen()}/runs/${runId}/events`)
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    const first = await client.next()
    expect(first).toMatchObject({ id: '1', event: null })
    expect(JSON.parse(first.data!)).toMatchObject({ seq: 1, type: 'run_created', run_id: runId })
    expect((await client.next()).id).toBe('2')
    desk.log(runId, 'live')
    expect(JSON.parse((await client.next()).data!)).toMatchObject({ seq: 3, type: 'log_appended' })
    desk.complete(runId)
    const rest = await client.rest()
    expect(rest.map(({ id, event }) => [id, event])).toEqual([
      ['4', null],
      [null, 'done'],
    ])
    expect(JSON.parse(rest[1]!.data!)).toEqual({ run_id: runId, status: 'completed' })
  })

  it('are done at once for whoever has seen them all', async () => {
    const { desk, listen } = await createWebDesk()
    const runId = desk.add()
    desk.complete(runId)
    const client = await connectSse(`${await listen()}/runs/${runId}/events?after=3`)
    expect((await client.rest()).map(({ event }) => event)).toEqual(['done'])
  })

  it('resume after the number in Last-Event-ID, which wins over the address', async () => {
    const { desk, listen } = await createWebDesk()
    const runId = desk.add()
    desk.complete(runId)
    const url = `${await listen()}/runs/${runId}/events?after=0`
    const client = await connectSse(url, { 'Last-Event-ID': '2' })
    expect((await client.next()).id).toBe('3')
  })

  it('that happen while older ones are read come after them, once', async () => {
    const { desk, listen } = await createWebDesk()
    const runId = desk.add()
    desk.onRead = (event) => {
      if (event.seq === 1) desk.log(runId, 'while reading')
      if (event.seq === 2) desk.complete(runId)
    }
    const client = await connectSse(`${await listen()}/runs/${runId}/events`)
    expect(idsOf((await client.rest()).slice(0, -1))).toEqual([1, 2, 3, 4])
  })

  it('of which more happen than are held back are read from the journal', async () => {
    const { desk, listen } = await createWebDesk()
    const runId = desk.add()
    let burst = true
    desk.onRead = (event) => {
      if (!burst || event.seq !== 1) return
      burst = false
      for (let count = 0; count < 2_500; count++) desk.log(runId, `line ${count}`)
      desk.complete(runId)
    }
    const client = await connectSse(`${await listen()}/runs/${runId}/events`)
    expect(idsOf((await client.rest()).slice(0, -1))).toEqual(
      Array.from({ length: 2_503 }, (_, index) => index + 1),
    )
  })

  it('keep a quiet stream open', async () => {
    const { desk, listen, clock } = await createWebDesk()
    const runId = desk.add()
    const client = await connectSse(`${await listen()}/runs/${runId}/events?after=1`)
    await client.next()
    await clock.advance(HEARTBEAT_MS)
    desk.log(runId, 'after the beat')
    await client.next()
    expect(client.comments).toBe(1)
  })

  it('end with the process, without a word of being done', async () => {
    const { desk, listen, shutdown } = await createWebDesk()
    const runId = desk.add()
    const client = await connectSse(`${await listen()}/runs/${runId}/events?after=2`)
    shutdown.abort()
    expect(await client.rest()).toEqual([])
  })

  it.each([
    ['/runs/AAPL--2026-11-20_10.00.00--ffffff/events', {}, 404],
    ['/runs/nonsense/events', {}, 400],
    ['/runs/AAPL--2026-11-20_10.00.00--000001/events?after=x', {}, 400],
    ['/runs/AAPL--2026-11-20_10.00.00--000001/events', { 'Last-Event-ID': 'x' }, 400],
  ])('%s with %j is refused before a stream begins', async (path, headers, status) => {
    const { desk, listen } = await createWebDesk()
    desk.add()
    const client = await connectSse((await listen()) + path, headers as Record<string, string>)
    expect(client.status).toBe(status)
    expect(client.headers['content-type']).toBe('application/json')
  })
})

describe('a client that leaves at any event and returns', () => {
  it('has the same events as one that stayed, in order, none twice', async () => {
    const { desk, listen } = await createWebDesk()
    const base = await listen()
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.array(
          fc.record({ take: fc.integer({ min: 0, max: 6 }), emitMeanwhile: fc.integer({ min: 0, max: 4 }) }),
          {
            maxLength: 6,
          },
        ),
        async (before, visits) => {
          const runId = desk.add()
          for (let count = 0; count < before; count++) desk.log(runId, `before ${count}`)
          const url = `${base}/runs/${runId}/events`
          const stayed = await connectSse(url)
          const seen: SseMessage[] = []
          const headers = (): Record<string, string> =>
            seen.length > 0 ? { 'Last-Event-ID': seen.at(-1)!.id! } : {}
          for (const { take, emitMeanwhile } of visits) {
            const client = await connectSse(url, headers())
            for (let count = 0; count < emitMeanwhile; count++) desk.log(runId, `during ${count}`)
            const available = (await desk.state(runId)).seq - seen.length
            for (let count = 0; count < Math.min(take, available); count++) seen.push(await client.next())
            client.close()
            desk.log(runId, 'between')
          }
          const last = await connectSse(url, headers())
          desk.complete(runId)
          seen.push(...(await last.rest()))
          expect(seen).toEqual(await stayed.rest())
          const journal = await journalOf(desk, runId)
          expect(seen.slice(0, -1).map(({ data }) => JSON.parse(data!) as unknown)).toEqual(journal)
          await settle(2)
        },
      ),
      { numRuns: 60 },
    )
  })
})
