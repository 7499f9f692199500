/** Telling a receiver of runs that ended: signed, tried again, journaled, lost by no crash. */
import { createHmac } from 'node:crypto'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { createNet } from '../../src/net/create-net.ts'
import { buildNotice, type Notice } from '../../src/notify/notice.ts'
import { createNotifier, WAITS_MS } from '../../src/notify/notifier.ts'
import { foldDeliveries, recordsOf, type OutboxRecord } from '../../src/notify/outbox.ts'
import { createNoticeJournal } from '../../src/storage/notice-journal.ts'
import { createFailingDisk } from '../support/failing-disk.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startNoticeReceiver, type NoticeReceiver } from '../support/notice-receiver.ts'
import { runIdOf, summaryOf } from '../support/run-facts.ts'
import { createTempDir } from '../support/temp-dir.ts'

const TOP = { parent: null }
const noticeOf = (n = 1) => buildNotice(TOP, summaryOf({ run_id: runIdOf(n) }))!

async function createDesk(
  receiver: NoticeReceiver,
  { secret = 'shh', dataDir = '', settledKept = 500 } = {},
) {
  const folder = dataDir || (await createTempDir('notices'))
  const warnings: string[] = []
  const clock = createManualClock()
  const net = createNet({
    allowedHosts: [new URL(receiver.url).host],
    clock: systemClock,
    limits: { maxConcurrency: 4 },
    userAgent: 'Rundesk/test',
    permitAddress: () => true,
  })
  const disk = createFailingDisk()
  const log = { warn: (message: string) => void warnings.push(message) }
  const journal = createNoticeJournal<OutboxRecord>({ dataDir: folder, log, openFile: disk.openFile })
  const notifier = createNotifier({
    journal,
    webhook: { url: receiver.url, secret, fetch: net.fetch },
    clock,
    settledKept,
    log: { info: () => undefined, warn: (_facts, message) => void warnings.push(message) },
  })
  const close = async () => {
    await notifier.close()
    await net.close()
  }
  onTestFinished(close)
  /** The state of a notice once it is as asked; the receiver's answer reaches us a little after it is given. */
  const until = async (n: number, isSo: (delivery: ReturnType<typeof notifier.list>[number]) => boolean) => {
    for (;;) {
      const found = notifier.list().find(({ notice }) => notice.run.run_id === runIdOf(n))
      if (found && isSo(found)) return found
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  /** Queued and sent at once. */
  const tell = async (notice: Notice) => (await notifier.enqueue(notice))()
  return { notifier, tell, clock, journal, folder, warnings, until, close, disk }
}

test('a completed run is told as JSON, with a signature over time and body', async () => {
  const receiver = await startNoticeReceiver()
  const { tell, until, clock } = await createDesk(receiver)
  await tell(noticeOf())
  await until(1, ({ state }) => state === 'delivered')
  const [{ headers, body, notice }] = receiver.received as [(typeof receiver.received)[0]]
  expect(notice).toEqual(noticeOf())
  expect(notice).toMatchObject({ event: 'run.completed', run: { run_id: runIdOf(1), status: 'completed' } })
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'rundesk-event': 'run.completed' })
  const [, time, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['rundesk-signature']))!
  expect(Number(time)).toBe(Math.floor(clock.now() / 1_000))
  expect(mac).toBe(createHmac('sha256', 'shh').update(`${time}.${body}`).digest('hex'))
})

test('without a secret there is no signature', async () => {
  const receiver = await startNoticeReceiver()
  const { tell, until } = await createDesk(receiver, { secret: '' })
  await tell(noticeOf())
  await until(1, ({ state }) => state === 'delivered')
  expect(receiver.received[0]!.headers).not.toHaveProperty('rundesk-signature')
})

test('a failed run is news; a canceled one and one that worked for another are not', () => {
  expect(buildNotice(TOP, summaryOf({ status: 'error', error: 'no bars' }))).toMatchObject({
    event: 'run.failed',
    run: { error: 'no bars' },
  })
  expect(buildNotice(TOP, summaryOf({ status: 'canceled' }))).toBeNull()
  expect(buildNotice({ parent: { run_id: runIdOf(2), key: 'a' } }, summaryOf())).toBeNull()
  expect(Object.keys(noticeOf().run)).not.toContain('usage')
})

test('what is not received is tried again after longer and longer waits, and redirects are not followed', async () => {
  const receiver = await startNoticeReceiver([500, 302, 429, 204])
  const { tell, until, clock, warnings } = await createDesk(receiver)
  await tell(noticeOf())
  for (const [tries, ms] of [5_000, 30_000, 120_000].entries()) {
    const { problem } = await until(1, (delivery) => delivery.tries === tries + 1)
    expect(problem).toBe(`answered ${[500, 302, 429][tries]}`)
    expect(receiver.received).toHaveLength(tries + 1)
    await untilSleeping(clock)
    await clock.advance(ms - 1)
    expect(receiver.received).toHaveLength(tries + 1)
    await clock.advance(1)
  }
  expect(await until(1, ({ state }) => state === 'delivered')).toMatchObject({ tries: 4, problem: null })
  expect(new Set(receiver.received.map(({ headers }) => headers['rundesk-delivery'])).size).toBe(1)
  expect(warnings).toEqual(['a notice was not received; it is tried again'])
})

test('after two days of failures, or a 410, it is given up and said', async () => {
  const receiver = await startNoticeReceiver([503])
  const { tell, until, clock, warnings } = await createDesk(receiver)
  await tell(noticeOf())
  for (const [tries, ms] of WAITS_MS.entries()) {
    await until(1, (delivery) => delivery.tries === tries + 1)
    await untilSleeping(clock)
    await clock.advance(ms)
  }
  const tries = WAITS_MS.length + 1
  expect(await until(1, ({ state }) => state === 'given_up')).toMatchObject({
    tries,
    problem: 'answered 503',
  })
  expect(warnings.at(-1)).toBe('a notice could not be delivered and is given up')
  receiver.answers = [410]
  await tell(noticeOf(2))
  expect(await until(2, ({ state }) => state === 'given_up')).toMatchObject({ tries: 1 })
})

test('what is older than all tries would take when the desk starts again is given up, with no try more', async () => {
  const receiver = await startNoticeReceiver([500])
  const before = await createDesk(receiver)
  await before.tell(noticeOf())
  await before.until(1, ({ tries }) => tries === 1)
  await before.close()
  const after = await createDesk(receiver, { dataDir: before.folder })
  await after.clock.advance(3 * 24 * 3_600_000)
  await after.notifier.start()
  expect(after.notifier.list()).toMatchObject([{ state: 'given_up', tries: 1, problem: 'too old' }])
  expect(foldDeliveries(recordsOf(after.notifier.list()))).toEqual(foldDeliveries(await after.journal.load()))
  expect(receiver.received).toHaveLength(1)
})

test('nothing is sent before whoever queued it says so, unless the process dies first', async () => {
  const receiver = await startNoticeReceiver()
  const before = await createDesk(receiver)
  await before.notifier.enqueue(noticeOf(1))
  const send = await before.notifier.enqueue(noticeOf(2))
  send()
  send()
  await before.until(2, ({ state }) => state === 'delivered')
  await before.close()
  expect(receiver.received.map(({ notice }) => notice.run.run_id)).toEqual([runIdOf(2)])
  const after = await createDesk(receiver, { dataDir: before.folder })
  await after.notifier.start()
  await after.until(1, ({ state }) => state === 'delivered')
  expect(receiver.received).toHaveLength(2)
})

test('a receiver that is down holds up neither runs nor other notices', async () => {
  const receiver = await startNoticeReceiver([500, 200])
  const { tell, notifier, until } = await createDesk(receiver)
  await tell(noticeOf(1))
  await until(1, ({ tries }) => tries === 1)
  await tell(noticeOf(2))
  await until(2, ({ state }) => state === 'delivered')
  expect(notifier.list().map(({ state }) => state)).toEqual(['delivered', 'waiting'])
})

test('a process that died leaves nothing untold and tells nothing twice that was received', async () => {
  const receiver = await startNoticeReceiver([200, 500, 200])
  const before = await createDesk(receiver)
  await before.tell(noticeOf(1))
  await before.until(1, ({ state }) => state === 'delivered')
  await before.tell(noticeOf(2))
  await before.until(2, ({ tries }) => tries === 1)
  await before.close()
  const after = await createDesk(receiver, { dataDir: before.folder })
  await after.notifier.start()
  await after.tell(noticeOf(1))
  await untilSleeping(after.clock)
  await after.clock.advance(5_000)
  await after.until(2, ({ state }) => state === 'delivered')
  expect(receiver.received.map(({ notice }) => notice.run.run_id)).toEqual([1, 2, 2].map((n) => runIdOf(n)))
})

test('a journal cut anywhere keeps every notice that was acknowledged before the cut', async () => {
  const receiver = await startNoticeReceiver()
  const first = await createDesk(receiver)
  for (const n of [1, 2, 3]) {
    await first.tell(noticeOf(n))
    await first.until(n, ({ state }) => state === 'delivered')
  }
  await first.close()
  const path = join(first.folder, 'notices.ndjson')
  const bytes = await readFile(path)
  const whole = await first.journal.load()
  for (let length = bytes.length; length > 0; length -= 37) {
    await writeFile(path, bytes)
    await truncate(path, length)
    const kept = await first.journal.load()
    expect(kept).toEqual(whole.slice(0, kept.length))
    expect(kept).toHaveLength(bytes.subarray(0, length).filter((byte) => byte === 10).length)
    const next: OutboxRecord = { type: 'delivered', at: '2026-11-20T10:00:00.000Z', id: 'next' }
    await first.journal.append(next)
    expect(await first.journal.load()).toEqual([...kept, next])
  }
})

test('a disk that is full refuses the notice instead of forgetting it', async () => {
  const receiver = await startNoticeReceiver()
  const { tell, disk } = await createDesk(receiver)
  disk.room = 10
  await expect(tell(noticeOf())).rejects.toThrow('the journal of notices could not be written')
  disk.room = Infinity
  await tell(noticeOf())
  await receiver.until(1)
  expect(receiver.received).toHaveLength(1)
})

test('many notices leave a journal that stays short, and none of the last is sent anew', async () => {
  const receiver = await startNoticeReceiver()
  const { tell, notifier, folder, close, journal } = await createDesk(receiver, { settledKept: 10 })
  const notices: Notice[] = Array.from({ length: 205 }, (_, n) => noticeOf(n))
  await Promise.all(notices.map(tell))
  while (notifier.list().some(({ state }) => state === 'waiting'))
    await new Promise((resolve) => setImmediate(resolve))
  await close()
  expect((await readFile(join(folder, 'notices.ndjson'), 'utf8')).split('\n').length).toBeLessThan(42)
  const again = await createDesk(receiver, { dataDir: folder })
  await again.notifier.start()
  await again.tell(notices.at(-1)!)
  expect(again.notifier.list().every(({ state }) => state === 'delivered')).toBe(true)
  expect(receiver.received).toHaveLength(205)
  expect((await journal.load()).length).toBeGreaterThanOrEqual(20)
})

async function untilSleeping(clock: { readonly sleepers: number }): Promise<void> {
  while (clock.sleepers === 0) await new Promise((resolve) => setImmediate(resolve))
}
