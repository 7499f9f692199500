/// <reference lib="dom" />
/** Many tabs of one desk: who is connected, who notices a finish, who says so; and what signing out leaves of it. */
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import { decisionOf } from '../support/page-desk.ts'
import { createPageSite, type PageSite } from '../support/page-site.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const browser = useBrowser()

interface Told {
  title: string
  tag: string
  click(): void
}
type TabWindow = typeof window & { setHidden(hidden: boolean): void; told: Told[] }

/**
 * Without a screen every tab says that it is looked at; here the test says so. What would go to the desktop is kept in
 * the tab that sends it.
 */
function stageTab(): void {
  // Survives what the tab loads next.
  const name = 'hidden '
  let hidden = window.name === name
  Object.defineProperty(document, 'hidden', { get: () => hidden })
  Object.defineProperty(document, 'visibilityState', { get: () => (hidden ? 'hidden' : 'visible') })
  const told: Told[] = []
  const setHidden = (next: boolean) => {
    hidden = next
    window.name = next ? name : ''
    document.dispatchEvent(new Event('visibilitychange'))
  }
  // A browser without a desktop refuses all; this reader says yes when asked, once for all tabs.
  class KeptNotification {
    static get permission() {
      return localStorage.getItem('permission') ?? 'default'
    }
    static async requestPermission() {
      localStorage.setItem('permission', 'granted')
      return 'granted'
    }
    onclick = () => undefined
    close = () => undefined
    constructor(title: string, { tag }: NotificationOptions) {
      told.push({ title, tag: tag!, click: () => this.onclick() })
    }
  }
  Object.assign(window, { setHidden, told, Notification: KeptNotification })
}

/** A browser holds six connections to one origin, so what is not to be looked at is hidden before the next is opened. */
async function openTabs(url: string, paths: readonly string[], { isHidden = false } = {}) {
  const first = await browser.open('about:blank')
  const context = first.context()
  await context.addInitScript(stageTab)
  const tabs = [first, ...(await Promise.all(paths.slice(1).map(() => context.newPage())))] as TestPage[]
  for (const [i, tab] of tabs.entries()) {
    await tab.goto(url + paths[i])
    if (isHidden) await setHidden(tab, true)
  }
  return { tabs }
}

const setHidden = (tab: TestPage, hidden: boolean) =>
  tab.evaluate((next) => (window as TabWindow).setHidden(next), hidden)
const toasts = (tab: TestPage) => tab.locator('.toast span').allInnerTexts()
const tell = (tab: TestPage) =>
  tab.evaluate(() => (window as TabWindow).told.map(({ title, tag }) => [title, tag]))

function finish({ desk }: PageSite, runId: string, ticker: string): void {
  desk.emit(runId, { type: 'decision_ready', decision: decisionOf(runId, { ticker }) })
  desk.complete(runId)
}

/** Moves the desk's clock on until it holds: what is gathered before it is sent goes out then. */
async function until(site: PageSite, holds: () => Promise<void> | void): Promise<void> {
  await expect
    .poll(
      async () => {
        await site.clock.advance(200)
        try {
          await holds()
          return 'holds'
        } catch (error) {
          return (error as Error).message
        }
      },
      { timeout: 10_000, interval: 50 },
    )
    .toBe('holds')
}

async function settle(site: PageSite, streams: readonly string[]): Promise<void> {
  await expect
    .poll(() => [...site.streams].sort(), { timeout: 10_000, interval: 20 })
    .toEqual([...streams].sort())
}

test(
  'ten tabs hold two streams; the visible one is live, and all ten notice a finish',
  { timeout: 60_000 },
  async () => {
    const site = createPageSite()
    const [first, second, third] = ['AAPL', 'IBM', 'MSFT'].map((ticker) => site.desk.add({ ticker })) as [
      string,
      string,
      string,
    ]
    const url = await site.serve()
    const shown = `/runs/${first}`
    const { tabs } = await openTabs(url, ['/system', ...Array<string>(8).fill('/runs'), shown], {
      isHidden: true,
    })
    const visible = tabs.at(-1)!
    const hidden = tabs.slice(0, -1)
    await setHidden(visible, false)
    await settle(site, [shown, 'tray'])

    site.desk.emit(first, { type: 'run_progress', fraction: 0.42, message: 'weighing' })
    await until(site, async () =>
      expect(await visible.locator('#run-header .progress-figures').innerText()).toContain('42 %'),
    )

    finish(site, second, 'IBM')
    await until(site, async () => {
      expect(await toasts(visible)).toEqual(['IBM: BUY, as of 2012-06-29'])
      for (const tab of hidden)
        expect(await tab.locator('[data-results]').textContent()).toContain('IBM: BUY, as of 2012-06-29')
    })
    // Seen in one tab, it is no news in another.
    for (const tab of hidden) await expect.poll(() => tab.title()).not.toMatch(/^\(/)

    await setHidden(visible, true)
    await settle(site, ['tray'])
    finish(site, third, 'MSFT')
    await until(site, async () => {
      for (const tab of tabs) expect(await tab.title()).toMatch(/^\(1\) /)
    })

    // Who comes back sees what was missed, once.
    await setHidden(tabs[3]!, false)
    await settle(site, ['/runs', 'tray'])
    await until(site, async () => expect(await toasts(tabs[3]!)).toEqual(['MSFT: BUY, as of 2012-06-29']))
    for (const tab of tabs) await expect.poll(() => tab.title()).not.toMatch(/^\(/)
    expect(await toasts(visible)).toEqual(['IBM: BUY, as of 2012-06-29'])
    for (const tab of tabs.slice(0, 3)) expect(await toasts(tab)).toEqual([])
  },
)

test(
  'another tab leads when the leader is closed or looked at, and misses nothing',
  { timeout: 60_000 },
  async () => {
    const site = createPageSite()
    const runs = ['AAPL', 'IBM', 'MSFT'].map((ticker) => site.desk.add({ ticker }))
    const url = await site.serve()
    const { tabs } = await openTabs(url, ['/runs', '/system', '/'], { isHidden: true })
    const [first, second, third] = tabs as [TestPage, TestPage, TestPage]
    await settle(site, ['tray'])

    // While nobody leads.
    const closed = first.close()
    finish(site, runs[0]!, 'AAPL')
    await closed
    await settle(site, ['tray'])
    await until(site, async () => {
      expect([await second.title(), await third.title()]).toEqual([
        '(1) System · Rundesk',
        '(1) Assess · Rundesk',
      ])
    })

    await setHidden(second, false)
    await settle(site, ['/system', 'tray'])
    expect(await toasts(second)).toEqual(['AAPL: BUY, as of 2012-06-29'])
    await setHidden(second, true)
    finish(site, runs[1]!, 'IBM')
    await until(site, async () => {
      expect([await second.title(), await third.title()]).toEqual([
        '(1) System · Rundesk',
        '(1) Assess · Rundesk',
      ])
    })

    // A page that is loaded in the background does not stay connected.
    await third.reload()
    await settle(site, ['tray'])
    expect(await third.evaluate(() => document.hidden)).toBe(true)
  },
)

test(
  'a finish is told to the desktop once, only when allowed by a press and no tab is looked at',
  { timeout: 60_000 },
  async () => {
    const site = createPageSite()
    const runs = ['AAPL', 'IBM', 'MSFT'].map((ticker) => site.desk.add({ ticker }))
    const url = await site.serve()
    const { tabs } = await openTabs(url, ['/system', '/runs', '/'])
    const [reader] = tabs as [TestPage]
    const all = async () => (await Promise.all(tabs.map(tell))).flat()

    // Nobody asked for it, and nobody was asked.
    for (const tab of tabs) await setHidden(tab, true)
    await settle(site, ['tray'])
    finish(site, runs[0]!, 'AAPL')
    await until(site, async () => expect(await reader.title()).toMatch(/^\(1\)/))
    expect(await all()).toEqual([])
    expect(await reader.evaluate(() => Notification.permission)).toBe('default')

    await setHidden(reader, false)
    await reader.locator('#tray-menu > summary').click()
    await expect.poll(() => reader.locator('#notify').innerText()).toContain('Notifications are off')
    await reader.getByRole('button', { name: 'Notify me' }).click()
    await expect.poll(() => reader.locator('#notify').innerText()).toContain('Notifications are on')

    // One tab is looked at: it says so itself.
    await settle(site, ['/system', 'tray'])
    finish(site, runs[1]!, 'IBM')
    await until(site, async () => expect(await toasts(reader)).toContain('IBM: BUY, as of 2012-06-29'))
    expect(await reader.locator('#tray-menu').getAttribute('open')).not.toBeNull()
    expect(await reader.locator('#notify').innerText()).toContain('Notifications are on')
    expect(await all()).toEqual([])

    await setHidden(reader, true)
    await settle(site, ['tray'])
    finish(site, runs[2]!, 'MSFT')
    await until(site, async () => expect(await all()).toEqual([['MSFT: BUY, as of 2012-06-29', runs[2]]]))

    // The next one to lead does not say it again; a press opens the result.
    const told = await Promise.all(tabs.map(tell))
    const leader = tabs[told.findIndex((list) => list.length > 0)]!
    await leader.evaluate(() => (window as TabWindow).told[0]!.click())
    await leader.waitForURL(`${url}/runs/${runs[2]}`)
    await settle(site, ['tray'])
    expect(await all()).toEqual([])
  },
)

test('signing out ends the streams of every tab and leaves nothing behind', { timeout: 60_000 }, async () => {
  const password = 'correct horse battery'
  const server = await startServer({ ...createTempDesk(), env: { AUTH_PASSWORD: password } })
  onTestFinished(() => void server.kill('SIGKILL'))
  const { tabs } = await openTabs(server.url, ['/login', '/login', '/login'])
  await tabs[0]!.fill('#password', password)
  await tabs[0]!.keyboard.press('Enter')
  await tabs[0]!.waitForURL(`${server.url}/`)
  const paths = ['/', '/runs', '/system']
  for (const [i, tab] of tabs.entries()) await tab.goto(server.url + paths[i])
  await setHidden(tabs[2]!, true)
  const kept = () => tabs[0]!.evaluate(() => Object.entries(localStorage).flat().join(' '))
  expect(await kept()).toContain('seen')
  await tabs[0]!.getByRole('button', { name: 'Sign out' }).click()
  await tabs[0]!.waitForURL(/\/login/)
  await tabs[1]!.waitForURL(/\/login/, { timeout: 15_000 })
  await setHidden(tabs[2]!, false)
  await tabs[2]!.waitForURL(/\/login/, { timeout: 15_000 })
  expect(await kept()).toBe('')
})
