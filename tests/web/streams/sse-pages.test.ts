import net from 'node:net'
import { load } from 'cheerio'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HEARTBEAT_MS, MAX_QUEUED_BYTES } from '../../../src/core/sse.ts'
import { COALESCE_MS } from '../../../src/web/streams/page-channel.ts'
import { settle } from '../../support/manual-clock.ts'
import { connectSse, type SseClient } from '../../support/sse-client.ts'
import { createWebDesk, type WebDesk } from '../../support/web-desk.ts'

const streamUrl = (base: string, page: string, after = '') =>
  `${base}/stream?page=${encodeURIComponent(page)}&after=${encodeURIComponent(after)}`

const present = ({ desk }: WebDesk) => `${desk.feed.boot}.${desk.feed.revision}`

/** What a browser shows of a run after the messages: the log's lines, and the status. */
function createView() {
  let lines: string[] = []
  let status = ''
  return {
    apply(data: string | null) {
      const html = load(data ?? '', null, false)
      html('hx-partial').each((_, element) => {
        const partial = html(element)
        const items = () =>
          partial
            .find('li')
            .toArray()
            .map((item) => html(item).text())
        const target = partial.attr('hx-target')
        if (target === '#log') lines = items()
        if (target === '#lines') lines.push(...items())
        if (target === '#status') status = partial.text()
      })
    },
    get lines() {
      return lines
    },
    get status() {
      return status
    },
  }
}

describe('the stream of a page', () => {
  it('says where a reader stands and nothing else when nothing changed since the page was rendered', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const client = await connectSse(streamUrl(await web.listen(), `/runs/${runId}`, present(web)))
    expect(client.status).toBe(200)
    expect(client.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(client.headers['content-security-policy']).toContain("default-src 'none'")
    expect(client.headers['cache-control']).toBe('no-store')
    expect(await client.next()).toEqual({ id: present(web), event: null, data: null })
  })

  it('sends everything whole to a reader of another process', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const client = await connectSse(streamUrl(await web.listen(), `/runs/${runId}`, '0ther.3'))
    const { id, data } = await client.next()
    expect(id).toBe(present(web))
    for (const target of ['#status', '#log', '#tray'])
      expect(data).toContain(`hx-target="${target}" hx-swap="innerMorph"`)
  })

  it('keeps the files of what it shows for as long as somebody looks', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const base = await web.listen()
    const url = streamUrl(base, `/runs/${runId}`, present(web))
    const [first, second] = [await connectSse(url), await connectSse(url)]
    await first.next()
    await second.next()
    expect(new Set(web.desk.watched)).toEqual(new Set([runId]))
    first.close()
    await settle()
    expect(web.desk.watched).toContain(runId)
    second.close()
    await expect.poll(() => web.desk.watched).toEqual([])
  })

  it('gathers changes for a moment and sends the latest of each region once', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const client = await connectSse(streamUrl(await web.listen(), `/runs/${runId}`, present(web)))
    await client.next()
    web.desk.emit(runId, { type: 'run_progress', fraction: 0.1, message: 'first' })
    web.desk.emit(runId, { type: 'run_progress', fraction: 0.2, message: 'second' })
    web.desk.log(runId, 'a')
    web.desk.log(runId, 'b')
    await web.clock.advance(COALESCE_MS)
    const { id, data } = await client.next()
    expect(id).toBe(present(web))
    expect(data).toContain('second')
    expect(data).not.toContain('first')
    expect(data).toContain(
      '<hx-partial hx-target="#lines" hx-swap="beforeend"><li>a</li><li>b</li></hx-partial>',
    )
  })

  it('renders a change once for all who look at the same page, and sends them the same bytes', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const url = streamUrl(await web.listen(), `/runs/${runId}`, present(web))
    const clients = await Promise.all(Array.from({ length: 12 }, () => connectSse(url)))
    await Promise.all(clients.map((client) => client.next()))
    web.rendered.clear()
    web.desk.emit(runId, { type: 'run_progress', fraction: 0.5, message: 'half' })
    web.desk.log(runId, 'line')
    await web.clock.advance(COALESCE_MS)
    const messages = await Promise.all(clients.map((client) => client.next()))
    expect(new Set(messages.map((message) => JSON.stringify(message))).size).toBe(1)
    expect(web.rendered.get(`status:${runId}`)).toBe(1)
    expect(web.rendered.get(`log:${runId}`)).toBeUndefined()
  })

  it('renders once for a crowd that comes back at the same time', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const base = await web.listen()
    const clients = await Promise.all(
      Array.from({ length: 12 }, () => connectSse(streamUrl(base, `/runs/${runId}`, '0ther.1'))),
    )
    for (const client of clients) expect((await client.next()).data).toContain('#status')
    expect(web.rendered.get(`status:${runId}`)).toBe(1)
    expect(web.rendered.get('tray')).toBe(1)
  })

  it('does not send a region again that looks as it did', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const client = await connectSse(streamUrl(await web.listen(), `/runs/${runId}`, present(web)))
    await client.next()
    for (const message of ['same', 'same']) {
      web.desk.emit(runId, { type: 'run_progress', fraction: 0.5, message })
      await web.clock.advance(COALESCE_MS)
    }
    web.desk.emit(runId, { type: 'run_progress', fraction: 0.5, message: 'other' })
    await web.clock.advance(COALESCE_MS)
    expect((await client.next()).data).toContain('same')
    expect((await client.next()).data).toContain('other')
  })

  it('shows the log whole when a repeated step took lines back, live and on return', async () => {
    const web = await createWebDesk()
    const { desk, clock } = web
    const runId = desk.add()
    const step = { type: 'step_started', key: 'k', input_hash: '', node_id: null } as const
    desk.emit(runId, { ...step, attempt: 1 })
    desk.log(runId, 'kept')
    desk.log(runId, 'taken back', 'k')
    const before = present(web)
    const base = await web.listen()
    const client = await connectSse(streamUrl(base, `/runs/${runId}`, before))
    await client.next()
    desk.emit(runId, { ...step, attempt: 2 })
    desk.log(runId, 'again', 'k')
    await clock.advance(COALESCE_MS)
    const live = (await client.next()).data
    expect(live).toContain(
      'hx-target="#log" hx-swap="innerMorph"><ol id="lines"><li>kept</li><li>again</li></ol>',
    )
    const returned = await connectSse(streamUrl(base, `/runs/${runId}`, before))
    expect((await returned.next()).data).toContain('<li>kept</li><li>again</li>')
  })

  it('keeps going when a region cannot be rendered, and shows it again once it can', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const client = await connectSse(streamUrl(await web.listen(), `/runs/${runId}`, present(web)))
    await client.next()
    web.broken.add(`status:${runId}`)
    web.desk.emit(runId, { type: 'run_progress', fraction: 0.1, message: 'x' })
    web.desk.log(runId, 'still here')
    await web.clock.advance(COALESCE_MS)
    const failed = (await client.next()).data!
    expect(failed).toContain('could not be shown')
    expect(failed).toContain('still here')
    expect(failed).not.toContain('secret detail')
    web.broken.clear()
    web.desk.emit(runId, { type: 'run_progress', fraction: 0.2, message: 'well again' })
    await web.clock.advance(COALESCE_MS)
    expect((await client.next()).data).toContain('well again')
  })

  it('carries the tray alone when asked for it', async () => {
    const web = await createWebDesk()
    const client = await connectSse(streamUrl(await web.listen(), 'tray', present(web)))
    await client.next()
    web.desk.add()
    await web.clock.advance(COALESCE_MS)
    expect((await client.next()).data).toBe(
      '<hx-partial hx-target="#tray" hx-swap="innerMorph">tray of 1</hx-partial>',
    )
  })

  it('resumes from Last-Event-ID rather than from the address', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const url = streamUrl(await web.listen(), `/runs/${runId}`, '0ther.1')
    const client = await connectSse(url, { 'Last-Event-ID': present(web) })
    expect((await client.next()).data).toBeNull()
  })

  it('beats the heart of all streams with one timer, and none when nobody is there', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const base = await web.listen()
    expect(web.clock.sleepers).toBe(0)
    const clients = await Promise.all(
      [1, 2, 3].map(() => connectSse(streamUrl(base, `/runs/${runId}`, present(web)))),
    )
    await Promise.all(clients.map((client) => client.next()))
    expect(web.clock.sleepers).toBe(1)
    await web.clock.advance(HEARTBEAT_MS)
    web.desk.log(runId, 'after the beat')
    await web.clock.advance(COALESCE_MS)
    await Promise.all(clients.map((client) => client.next()))
    expect(clients.map((client) => client.comments)).toEqual([1, 1, 1])
  })

  it('drops a reader that does not read and keeps serving the others', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const base = await web.listen()
    const url = streamUrl(base, `/runs/${runId}`, present(web))
    const reader = await connectSse(url)
    await reader.next()
    const { port } = new URL(base)
    const lazy = net.connect(Number(port), '127.0.0.1')
    onTestFinished(() => void lazy.destroy())
    const { pathname, search } = new URL(url)
    lazy.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    await new Promise((resolve) => lazy.once('data', resolve))
    lazy.pause()
    const gone = new Promise((resolve) => lazy.once('close', resolve))
    const text = 'x'.repeat(MAX_QUEUED_BYTES / 2)
    // The kernel takes a few megabytes before anything queues here.
    for (let sent = 0; sent < 100; sent++) {
      web.desk.log(runId, `${sent} ${text}`)
      await web.clock.advance(COALESCE_MS)
      expect((await reader.next()).data).toContain(`<li>${sent} x`)
    }
    lazy.resume()
    lazy.on('error', () => undefined)
    await gone
    web.desk.log(runId, 'and on')
    await web.clock.advance(COALESCE_MS)
    expect((await reader.next()).data).toContain('and on')
  })

  it('ends with the process', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const client = await connectSse(streamUrl(await web.listen(), `/runs/${runId}`, present(web)))
    await client.next()
    web.desk.log(runId, 'pending')
    web.shutdown.abort()
    await client.ended
    expect(web.clock.sleepers).toBe(0)
  })

  it('renders nothing once nobody looks', async () => {
    const web = await createWebDesk()
    const runId = web.desk.add()
    const client = await connectSse(streamUrl(await web.listen(), `/runs/${runId}`, present(web)))
    await client.next()
    client.close()
    await client.ended
    await settle()
    web.rendered.clear()
    web.desk.emit(runId, { type: 'run_progress', fraction: 0.5, message: 'unseen' })
    await web.clock.advance(HEARTBEAT_MS)
    expect([web.rendered.size, web.clock.sleepers]).toEqual([0, 0])
  })

  it('does not begin for whoever asks for the head alone', async () => {
    const web = await createWebDesk()
    const response = await fetch(streamUrl(await web.listen(), 'tray'), { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([405, ''])
  })

  it('refuses pages that do not exist and paths that are not of this desk', async () => {
    const web = await createWebDesk()
    const base = await web.listen()
    const statuses: Record<string, number> = {}
    for (const page of [
      '/runs/AAPL--2026-11-20_10.00.00--ffffff',
      '/nowhere',
      '',
      '//evil.example/',
      'http://evil.example/',
      'x',
    ]) {
      statuses[page] = (await connectSse(streamUrl(base, page))).status
    }
    expect(statuses).toEqual({
      '/runs/AAPL--2026-11-20_10.00.00--ffffff': 404,
      '/nowhere': 404,
      '': 400,
      '//evil.example/': 400,
      'http://evil.example/': 400,
      x: 400,
    })
  })
})

describe('whoever leaves and returns', () => {
  const action = fc.constantFrom(
    'log',
    'step log',
    'step log',
    'progress',
    'flush',
    'read',
    'read',
    'repeat',
    'leave',
    'return',
    'return',
  )

  it('sees every log line once and the present status, whenever it left and however often', async () => {
    const web = await createWebDesk({ logLines: 10 })
    const base = await web.listen()
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25, size: 'max' }), async (actions) => {
        const { desk, clock } = web
        const runId = desk.add()
        const view = createView()
        let cursor = 'none'
        let client: SseClient | null = null
        let attempt = 1
        let count = 0

        const leave = () => {
          client?.close()
          client = null
        }
        const take = async () => {
          const { id, data } = await client!.next()
          cursor = id!
          view.apply(data)
        }
        const read = async () => {
          while (cursor !== present(web)) {
            await clock.advance(COALESCE_MS)
            await take()
          }
        }
        const comeBack = async () => {
          client = await connectSse(streamUrl(base, `/runs/${runId}`), { 'Last-Event-ID': cursor })
          await take()
          await read()
        }
        for (const step of actions) {
          if (step === 'log') desk.log(runId, `line ${count++}`)
          if (step === 'step log') desk.log(runId, `line ${count++}`, 'k')
          if (step === 'progress')
            desk.emit(runId, { type: 'run_progress', fraction: 0, message: `at ${count++}` })
          if (step === 'repeat') {
            desk.emit(runId, {
              type: 'step_started',
              key: 'k',
              input_hash: '',
              node_id: null,
              attempt: ++attempt,
            })
          }
          if (step === 'flush') await clock.advance(COALESCE_MS)
          if (step === 'read' && client) await read()
          if (step === 'leave') leave()
          if (step === 'return' && !client) await comeBack()
        }
        if (client) await read()
        else await comeBack()
        const state = await desk.state(runId)
        const shown = view.lines.slice(-state.log.entries.length)
        expect(state.log.entries.length === 0 ? [] : shown).toEqual(
          state.log.entries.map(({ message }) => message),
        )
        expect(new Set(view.lines).size).toBe(view.lines.length)
        expect(view.status).toBe(`${state.status} ${state.progress.message ?? ''}`)
        leave()
        await settle(5)
      }),
      { numRuns: 200 },
    )
  })
})
