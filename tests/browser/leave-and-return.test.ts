/// <reference lib="dom" />
/** What a trader does in a browser: launch, look elsewhere, come back; through reloads and a server that is killed. */
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
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
    /** At the same address, as a server that comes back is. */
    restart: async () =>
      void (server = await startServer({ ...desk, env: { ...env, PORT: new URL(url).port } })),
  }
}

async function launch(page: TestPage, tickers: string): Promise<void> {
  await page.fill('#company_symbols', tickers)
  await page.fill('#as_of', '2012-06-29')
  await page.click('#launch button.primary')
  await page.waitForURL(/\/runs\?batch=/)
}

const logNumbers = (page: TestPage) =>
  page.locator('#run-log-lines > li').evaluateAll((lines) => lines.map((line) => line.id))

test(
  'a run goes on while the trader is elsewhere, through a reload and a killed server, and shows its verdict',
  { timeout: 90_000 },
  async () => {
    const desk = await serve(700)
    const page = await browser.open(desk.url)
    await launch(page, 'aapl, GOOG, aapl')
    expect(await page.locator('[role=tab]').count()).toBe(2)
    const [run] = (await (await fetch(`${desk.url}/runs`)).json()) as { run_id: string; ticker: string }[]
    const runPath = `/runs/${run!.run_id}`

    await page.goto(`${desk.url}/system`)
    await page.locator('#tray .tray-runs progress').first().waitFor()
    expect(await page.locator('#tray').innerText()).toMatch(/2 running/)

    await page.goto(desk.url + runPath)
    await page.locator('#run-log-lines > li').first().waitFor()
    await page.reload()
    await page.locator('#run-log-lines > li').nth(1).waitFor()

    // What the reader holds: an opened branch, and the focus on it.
    const branch = page.locator('[role=treeitem][data-node=market]')
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

    const shown = await logNumbers(page)
    expect(shown.length).toBeGreaterThan(5)
    expect(new Set(shown).size).toBe(shown.length)
    const decision = await desk.client.decision(run!.run_id)
    await page.reload()
    expect(await page.locator('#run-decision .verdict-badge').innerText()).toContain(decision.action)
    expect(await logNumbers(page)).toEqual(shown)
    const expected = (decision.confidence as number).toFixed(2)
    expect(await page.locator('#run-decision').innerText()).toContain(expected)
  },
)

test(
  'finishing is noticed on another page, once, with a way to the result',
  { timeout: 60_000 },
  async () => {
    const desk = await serve(120)
    const page = await browser.open(desk.url)
    await launch(page, 'IBM')
    await page.goto(`${desk.url}/system`)
    const toast = page.locator('.toast')
    await toast.first().waitFor({ timeout: 20_000 })
    expect(await toast.count()).toBe(1)
    await toast.getByRole('link', { name: /View result/ }).click()
    await page.waitForURL(/\/runs\/IBM--/)
    await page.locator('#run-decision .verdict-badge').waitFor()
    expect(page.complaints).toEqual([])
  },
)

test('the first page costs at most 60 KB and its scripts 25 KB, compressed', async () => {
  const desk = await serve(0)
  const page = await browser.open('about:blank')
  await page.goto(desk.url)
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
  const desk = await serve(400)
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
  await desk.client.ended(open.run_id)
  await page.goto(`${desk.url}/runs/${open.run_id}`)
  expect(await page.locator('.verdict-badge').count()).toBeGreaterThan(0)
  await page.locator('[role=treeitem][data-node=bull]').click()
  await page.waitForURL(/node=bull/)
  expect(await page.locator('#run-report').innerText()).toMatch(/case for/i)
})
