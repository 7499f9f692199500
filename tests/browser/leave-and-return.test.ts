/// <reference lib="dom" />
/** What a trader does in a browser: launch, look elsewhere, come back; through reloads and a server that is killed. */
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import { createPageSite } from '../support/page-site.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const browser = useBrowser()

async function serve(stepDelayMs: number) {
  const desk = createTempDesk()
  const env = { DEMO_STEP_DELAY_MS: String(stepDelayMs) }
  let server: ServerProcess = await startServer({ ...desk, env })
  onTestFinished(() => void server.kill('SIGKILL'))
  const { url } = server
  return {
    url,
    client: createRunClient(url),
    kill: () => server.kill('SIGKILL'),
    /** At the same address, as a server that comes back is; what is left of the steps takes no time. */
    restart: async () => void (server = await startServer({ ...desk, env: { PORT: new URL(url).port } })),
  }
}

async function launch(page: TestPage, tickers: string): Promise<void> {
  await page.fill('#company_symbols', tickers)
  await page.fill('#as_of', '2012-06-29')
  await page.click('#launch button.primary')
  await page.waitForURL(/\/runs\?batch=/)
}

/** As the panel says it: how many lines the log has. */
const countLines = async (page: TestPage) =>
  Number(/^(\d+) lines?$/.exec(await page.locator('[data-log-said]').innerText())?.[1] ?? 0)
/** Those in view of the panel, which is brought into view. */
async function openLog(page: TestPage): Promise<void> {
  await page.locator('#log').scrollIntoViewIfNeeded()
  await page.locator('.log-rows > li').first().waitFor()
}

test(
  'a run goes on while the trader is elsewhere, through a reload and a killed server, and shows its verdict',
  { timeout: 90_000 },
  async () => {
    // So slow that no run ends before the server is killed.
    const desk = await serve(1_500)
    const page = await browser.open(desk.url)
    await launch(page, 'aapl, GOOG, aapl')
    expect(await page.locator('[role=tab]').count()).toBe(2)
    const [run] = (await (await fetch(`${desk.url}/runs`)).json()) as { run_id: string; ticker: string }[]
    const runPath = `/runs/${run!.run_id}`

    await page.goto(`${desk.url}/system`)
    await page.locator('#tray .tray-runs progress').first().waitFor()
    expect(await page.locator('#tray').innerText()).toMatch(/2 running/)

    await page.goto(desk.url + runPath)
    await openLog(page)
    await page.reload()
    await openLog(page)
    const early = await countLines(page)

    // What the reader holds: an opened branch, and the focus on it.
    const branch = page.locator('[role=treeitem][data-node=market]')
    // Until the analyst begins there is nothing below it.
    await branch.and(page.locator('[aria-expanded]')).waitFor()
    await branch.focus()
    await page.keyboard.press('ArrowRight')
    expect(await branch.getAttribute('aria-expanded')).toBe('true')

    await desk.kill()
    await page.locator('#stale:not([hidden])').waitFor({ timeout: 15_000 })
    await desk.restart()
    await page.locator('#run-decision .verdict-badge').waitFor({ timeout: 40_000 })
    await page.locator('#stale').waitFor({ state: 'hidden' })
    expect(await branch.getAttribute('aria-expanded')).toBe('true')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-node'))).toBe('market')

    // All lines once, as many as the run's own log has.
    const { entries } = (await (await fetch(`${desk.url}${runPath}/logs?limit=1000`)).json()) as {
      entries: unknown[]
    }
    expect(entries.length).toBeGreaterThan(early)
    await expect.poll(() => countLines(page), { timeout: 10_000 }).toBe(entries.length)
    await expect.poll(() => page.locator('.is-awaited').count()).toBe(0)
    const seqs = await page
      .locator('.log-rows > li')
      .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.seq))
    expect(new Set(seqs).size).toBe(seqs.length)
    const decision = await desk.client.decision(run!.run_id)
    await page.reload()
    expect(await page.locator('#run-decision .verdict-badge').innerText()).toContain(decision.action)
    await openLog(page)
    await expect.poll(() => countLines(page)).toBe(entries.length)
    const expected = (decision.confidence as number).toFixed(2)
    expect(await page.locator('#run-decision').innerText()).toContain(expected)
  },
)

test('the first page costs at most 60 KB and its scripts 25 KB, compressed', async () => {
  const url = await createPageSite().serve()
  const page = await browser.open('about:blank')
  await page.goto(url)
  await page.waitForLoadState('load')
  const bytes = await page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ]
    const sum = (found: PerformanceEntry[]) =>
      found.reduce((total, entry) => total + (entry as PerformanceResourceTiming).encodedBodySize, 0)
    return { all: sum(entries), script: sum(entries.filter((entry) => entry.name.endsWith('.js'))) }
  })
  expect(bytes.script).toBeGreaterThan(10_000)
  expect(bytes.script).toBeLessThanOrEqual(25 * 1024)
  expect(bytes.all).toBeLessThanOrEqual(60 * 1024)
  console.info(`first load ${bytes.all} bytes, script ${bytes.script} bytes`)
})

test('everything works with script off: launch, watch, cancel, read', { timeout: 60_000 }, async () => {
  // Nothing ends while it is watched.
  const desk = await serve(30_000)
  const page = await browser.open(desk.url, { javaScriptEnabled: false })
  await launch(page, 'AAPL,IBM')
  expect(await page.locator('noscript').count()).toBeGreaterThan(0)
  expect(await page.content()).toContain('http-equiv="refresh"')
  const cancel = page.locator('#page form[action$="/cancel"] button').first()
  await cancel.click()
  await page.waitForURL(/\/runs/)
  const runs = (await (await fetch(`${desk.url}/runs`)).json()) as { run_id: string; status: string }[]
  expect(runs.map((run) => run.status).sort()).toEqual(['canceled', 'in_progress'])
  const open = runs.find((run) => run.status === 'in_progress')!
  await desk.kill()
  await desk.restart()
  await desk.client.ended(open.run_id)
  await page.goto(`${desk.url}/runs/${open.run_id}`)
  expect(await page.locator('.verdict-badge').count()).toBeGreaterThan(0)
  await page.locator('[role=treeitem][data-node=bull]').click()
  await page.waitForURL(/node=bull/)
  expect(await page.locator('#run-report').innerText()).toMatch(/case for/i)
})
