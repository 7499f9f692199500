/// <reference lib="dom" />
/** What the reader of a run holds and sees: the place in the page, the report asked for, the age of what is shown. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import { barsOf, decisionOf, fillThinking, MODELS, work } from '../support/page-desk.ts'
import { createPageSite } from '../support/page-site.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const browser = useBrowser()

/** A finished run of the rules on a served desk; what is read in it changes nothing. */
let finished: { url: string; runId: string }
beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), 'rundesk-'))
  const server = await startServer({ dataDir: join(root, 'data'), resultsDir: join(root, 'results') })
  const client = createRunClient(server.url)
  const { runs } = await client.launch('AAPL', '2012-06-29')
  const runId = runs[0]!.run_id
  await client.ended(runId)
  finished = { url: server.url, runId }
  return async () => {
    await server.kill('SIGKILL')
    rmSync(root, { recursive: true, force: true })
  }
})

const countRequests = (page: TestPage) => {
  const requests: string[] = []
  page.on('request', (request) => void requests.push(new URL(request.url()).pathname))
  return requests
}

const isInView = (page: TestPage, selector: string) =>
  page.waitForFunction((wanted) => {
    const { top } = document.querySelector(wanted)!.getBoundingClientRect()
    return top >= 0 && top < innerHeight / 2
  }, selector)

test(
  'a place in the page is only a place: it loads nothing, survives a remembered node, and goes back',
  { timeout: 60_000 },
  async () => {
    const { url, runId } = finished
    const page = await browser.open(`${url}/runs/${runId}`)
    await page.locator('[role=treeitem][data-node=market]').click()
    await page.waitForURL(/node=market$/)
    await page.locator('#run-report', { hasText: 'Market analyst' }).waitFor()

    const requests = countRequests(page)
    await page.locator('#run-report a.chip').first().click()
    await page.waitForURL(/#E\d+$/)
    await page.evaluate(() => document.querySelector<HTMLElement>('.skip')!.click())
    await page.waitForURL(/#page$/)
    await page.goBack()
    await page.waitForURL(/#E\d+$/)
    await page.goBack()
    await page.waitForURL(/node=market$/)
    expect(requests.filter((path) => !path.startsWith('/assets'))).toEqual([])

    await page.goto(`${url}/system`)
    await page.goto(`${url}/runs/${runId}#E5`)
    await page.waitForURL(/node=market#E5$/)
    expect(page.complaints).toEqual([])
  },
)

test(
  'a chosen node brings its report into view; what is merely updated moves nothing',
  { timeout: 60_000 },
  async () => {
    const { url, runId } = finished
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      const page = await browser.open(`${url}/runs/${runId}`, { reducedMotion })
      expect(await page.evaluate(() => scrollY)).toBe(0)
      await page.locator('[role=treeitem][data-node=market]').click()
      await isInView(page, '#report')
      // The tree stays beside it, for the next choice by click or by key.
      expect(await page.locator('[role=treeitem][data-node=trader]').isVisible()).toBe(true)
      await page.locator('[role=treeitem][data-node=trader]').focus()
      await page.evaluate(() => scrollTo(0, 0))
      await page.keyboard.press('Enter')
      await page.locator('#run-report', { hasText: 'Trader' }).waitFor()
      await isInView(page, '#report')
    }
  },
)

test(
  'while nobody answers, clocks stand and what runs is marked with the time it was last known',
  { timeout: 60_000 },
  async () => {
    const { url, kill } = await startServer({ ...createTempDesk(), env: { DEMO_STEP_DELAY_MS: '30000' } })
    onTestFinished(() => void kill('SIGKILL'))
    const { runs } = await createRunClient(url).launch('AAPL,IBM', '2012-06-29')
    const page = await browser.open('about:blank')
    await page.clock.install()
    await page.goto(`${url}/runs/${runs[0]!.run_id}`)
    const clock = page.locator('#run-worked .duration')
    await clock.waitFor()
    const before = await clock.innerText()
    expect(before).toMatch(/^\d+ s$/)
    await page.clock.runFor(3_000)
    expect(await clock.innerText()).not.toBe(before)
    await kill('SIGKILL')
    await page.locator('html.is-stale').waitFor({ state: 'attached', timeout: 15_000 })
    const mark = await page.evaluate(
      () => getComputedStyle(document.querySelector('#run-header .status')!, '::after').content,
    )
    expect(mark).toMatch(/last known [0-2]\d:\d\d:\d\d/)
    expect(await page.locator('#stale').innerText()).toMatch(/No answer since [0-2]\d:\d\d:\d\d/)
    const stood = await clock.innerText()
    await page.clock.runFor(4_000)
    expect(await clock.innerText()).toBe(stood)
  },
)

test(
  'results that come together are announced together, and none pops up over the run that shows it',
  { timeout: 60_000 },
  async () => {
    const site = createPageSite()
    const batchId = 'batch-20261120100000-0000aa'
    const tickers = ['AAPL', 'GOOG', 'IBM']
    const runs = tickers.map((ticker) => site.desk.add({ ticker, batchId }))
    const url = await site.serve()
    const page = await browser.open(`${url}/runs?batch=${batchId}&run=${runs[0]}`)
    await expect.poll(() => site.streams.length, { timeout: 10_000 }).toBe(1)
    const said: string[] = []
    await page.exposeFunction('hear', (text: string) => void said.push(text))
    await page.evaluate(() => {
      const live = document.getElementById('announce')!
      new MutationObserver(() =>
        (window as unknown as { hear(text: string): void }).hear(live.textContent),
      ).observe(live, { childList: true })
    })
    for (const [i, runId] of runs.entries()) {
      site.desk.emit(runId, { type: 'decision_ready', decision: decisionOf(runId, { ticker: tickers[i]! }) })
      site.desk.complete(runId)
    }
    await site.clock.advance(200)
    const toasts = page.locator('.toast')
    await toasts.nth(1).waitFor()
    expect(await toasts.getByRole('link', { name: 'View result' }).count()).toBe(2)
    expect(await toasts.allInnerTexts()).not.toContainEqual(expect.stringContaining('AAPL'))
    await expect.poll(() => tickers.filter((ticker) => !said.join().includes(ticker))).toEqual([])
    await toasts.getByRole('link', { name: 'View result' }).first().click()
    await page.waitForURL(/\/runs\/(GOOG|IBM)--/)
    await page.locator('#run-decision .verdict-badge').waitFor()
    expect(page.complaints).toEqual([])
  },
)

test(
  'three results at most have a toast of their own; further ones are counted in one that leads to all',
  { timeout: 30_000 },
  async () => {
    const site = createPageSite()
    const runs = ['AAPL', 'GOOG', 'IBM', 'MSFT', 'AAPL'].map((ticker) => site.desk.add({ ticker }))
    const page = await browser.open(`${await site.serve()}/system`)
    await expect.poll(() => site.streams.length, { timeout: 10_000 }).toBe(1)
    for (const runId of runs) site.desk.complete(runId)
    await site.clock.advance(200)
    const toasts = page.locator('.toast')
    await toasts.nth(3).waitFor()
    expect(await toasts.count()).toBe(4)
    expect(await toasts.last().locator('span').innerText()).toBe('2 more finished')
    await toasts.last().getByRole('link', { name: 'All runs' }).click()
    await page.waitForURL(/\/runs$/)
    expect(page.complaints).toEqual([])
  },
)

test(
  'the estimate follows what is typed, and without script what is sent; the folded part stays as it was left',
  { timeout: 60_000 },
  async () => {
    const url = await createPageSite().serve()
    const page = await browser.open(url)
    await page.locator('#thinking-part summary').click()
    await page.locator('[data-add-ticker=AAPL]').click()
    await page.locator('#estimate', { hasText: 'No model calls' }).waitFor()
    await page.locator('#mode').selectOption('llm')
    await page.locator('#deep_model').fill('gpt')
    await page.locator('#estimate', { hasText: 'No estimate: Deep model is "gpt"' }).waitFor()
    await page.locator('#deep_model').fill(MODELS.deep)
    await page.locator('#quick_model').fill(MODELS.quick)
    await page.locator('#estimate', { hasText: /About 10 model calls .* USD/ }).waitFor()
    expect(await page.locator('#deep_model').inputValue()).toBe(MODELS.deep)
    await page.goto(url)
    expect(await page.locator('#thinking-part').getAttribute('open')).not.toBeNull()
    expect(page.complaints).toEqual([])

    const plain = await browser.open(url, { javaScriptEnabled: false })
    await plain.locator('#company_symbols').fill('AAPL')
    await plain.locator('#thinking-part summary').click()
    await plain.locator('#repeats').fill('12')
    await plain.getByRole('button', { name: 'Estimate' }).click()
    expect(await plain.locator('#estimate').innerText()).toContain(
      'No estimate: Repeats is "12"; the most is 9',
    )
    expect(await plain.locator('#repeats').inputValue()).toBe('12')
    await plain.locator('#repeats').fill('1')
    await plain.getByRole('button', { name: 'Estimate' }).click()
    expect(await plain.locator('#estimate').innerText()).toContain('No model calls · about 1 s')
  },
)

test(
  'a higher bound lets a paused run go on in place, and a run that is run again is gone to',
  { timeout: 60_000 },
  async () => {
    const site = createPageSite()
    const { thought, broke } = fillThinking(site.desk)
    const url = await site.serve()
    const page = await browser.open(`${url}/runs/${broke}`)
    await page.locator('#raise-tokens').fill('abc')
    await page.getByRole('button', { name: 'Set and go on' }).click()
    const refused = page.locator('#raise-refused', { hasText: 'New bound in tokens is "abc"' })
    await refused.waitFor()
    expect(await page.locator('#raise-tokens').inputValue()).toBe('abc')
    expect(await page.locator('#raise-tokens').getAttribute('aria-describedby')).toContain('raise-refused')
    expect(await page.locator('.toast').count()).toBe(0)
    await page.locator('#raise-tokens').fill('')
    await page.locator('#raise-usd').fill('0.25')
    const answered = page.waitForResponse(`${url}/runs/${broke}/budget`)
    await page.getByRole('button', { name: 'Set and go on' }).click()
    await answered
    await site.clock.advance(200)
    await page.locator('.bound', { hasText: '0.0457 of 0.2500 USD' }).waitFor()
    expect(await page.locator('#raise-usd').count()).toBe(0)
    expect(new URL(page.url()).pathname).toBe(`/runs/${broke}`)

    await page.goto(`${url}/runs/${thought}?node=trader`)
    await page.getByRole('button', { name: 'Run again from here' }).click()
    await page.waitForURL((address) => address.pathname !== `/runs/${thought}`)
    expect(site.desk.asked.at(-1)).toBe(`rerun ${thought} from trader`)
    await page.locator('#run-header .status').waitFor()
  },
)

test(
  'calls under way are counted again while there are any, without a change of a run',
  { timeout: 60_000 },
  async () => {
    const site = createPageSite()
    const { limiter } = site.concurrency
    const { signal } = new AbortController()
    const first = await limiter.acquire(['global', 'openai'], 'a', signal)
    const url = await site.serve()
    const page = await browser.open('about:blank')
    await page.clock.install()
    await page.goto(`${url}/system`)
    const openai = page.locator('.tiers tr', { hasText: 'openai' }).locator('.tier-use b')
    expect(await openai.innerText()).toBe('1')
    const second = await limiter.acquire(['global', 'openai'], 'b', signal)
    await site.clock.advance(2_000)
    await page.clock.runFor(5_100)
    await expect.poll(() => openai.innerText()).toBe('2')
    first.release()
    second.release()
    await site.clock.advance(2_000)
    await page.clock.runFor(5_100)
    await expect.poll(() => openai.innerText()).toBe('0')
    await expect.poll(() => page.locator('#system-calls [hx-get]').count()).toBe(0)
  },
)

test(
  'at the top of a run at work nothing moves but for the verdict, which has a place to come to',
  { timeout: 60_000 },
  async () => {
    for (const width of [1280, 360]) {
      const site = createPageSite()
      const { desk } = site
      const runId = desk.add()
      work(desk, runId, 'data', { result: barsOf() })
      const page = await browser.open('about:blank', { viewport: { width, height: 800 } })
      await page.addInitScript(() => {
        Object.assign(window, { moved: 0 })
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            (window as unknown as { moved: number }).moved += (entry as unknown as { value: number }).value
        }).observe({ type: 'layout-shift', buffered: true })
      })
      const moved = () => page.evaluate(() => (window as unknown as { moved: number }).moved)
      await page.goto(`${await site.serve()}/runs/${runId}`)
      const height = () => page.evaluate(() => document.getElementById('report')!.offsetHeight)
      const before = await height()
      for (const [agent, paragraphs] of [
        ['market', 40],
        ['bull', 1],
      ] as const) {
        work(desk, runId, agent, { text: `${agent}, as it saw it.\n\n`.repeat(paragraphs) })
        await site.clock.advance(200)
        await page.locator('#run-report', { hasText: `${agent}, as it saw it.` }).waitFor()
        expect(await height()).toBe(before)
      }
      const atWork = await moved()
      expect(atWork).toBeLessThan(0.1)
      desk.emit(runId, { type: 'decision_ready', decision: decisionOf(runId) })
      desk.emit(runId, { type: 'run_completed', result: null })
      await site.clock.advance(200)
      await page.locator('#run-decision .verdict').waitFor()
      await page.locator('.facts-end').waitFor()
      expect((await moved()) - atWork).toBeLessThan(0.25)
      expect(await page.locator('.report-live').count()).toBe(0)
    }
  },
)

test(
  'while reports are cleared, refilled and followed nothing below jumps, and a verdict moves nobody from where they read',
  { timeout: 60_000 },
  async () => {
    const site = createPageSite()
    const { desk } = site
    const runId = desk.add()
    work(desk, runId, 'data', { result: barsOf() })
    const paragraphs = (count: number) =>
      'The trend is firm and the range is ordinary for it.\n\n'.repeat(count)
    work(desk, runId, 'market', { text: paragraphs(16) })
    const url = await site.serve()
    const page = await browser.open('about:blank')
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    await page.goto(`${url}/runs/${runId}`)
    const topOf = (selector: string) =>
      page.evaluate((wanted) => document.querySelector(wanted)!.getBoundingClientRect().top, selector)
    const shown = async (text: string) => {
      await site.clock.advance(200)
      await page.locator('#run-report', { hasText: text }).waitFor()
    }
    // The chart is in view, so that what moves it is counted.
    await page.evaluate(() => scrollTo(0, 300))
    const chart = await topOf('#run-chart')
    expect(chart).toBeLessThan(900)
    await page.evaluate(() => void ((window as unknown as { shifts: number[] }).shifts.length = 0))

    work(desk, runId, 'bull', { text: 'Short.', open: true })
    await shown('Short.')
    expect(await topOf('#run-chart')).toBe(chart)
    const write = (text: string) =>
      desk.emit(runId, { type: 'content_replaced', key: 'bull', node_id: 'bull_report', text })
    write('')
    await shown('Working')
    expect(await topOf('#run-chart')).toBe(chart)
    write(paragraphs(12))
    await shown('The trend is firm')
    expect(await topOf('#run-chart')).toBe(chart)
    const shifts = () =>
      page.evaluate(() =>
        (window as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0),
      )
    expect(await shifts()).toBeLessThan(0.02)

    const before = [await topOf('#report'), await topOf('#run-chart')]
    desk.emit(runId, { type: 'decision_ready', decision: decisionOf(runId) })
    await site.clock.advance(200)
    await page.locator('#run-decision .verdict').waitFor()
    const after = [await topOf('#report'), await topOf('#run-chart')]
    // A browser scrolls by whole pixels.
    for (const [i, top] of after.entries()) expect(Math.abs(top - before[i]!)).toBeLessThan(1)
    // What is new of the verdict in view, and no more.
    expect(await shifts()).toBeLessThan(0.1)
    expect(page.complaints).toEqual([])
  },
)
