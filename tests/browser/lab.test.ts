/// <reference lib="dom" />
/**
 * The lab as a trader uses it, on a real desk: from the form through a search to one of its tries, and from there to a
 * backtest that says the same; with script and without.
 */
import { beforeAll, expect, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { makeTempDesk } from '../support/temp-desk.ts'

const browser = useBrowser()
let server: ServerProcess
beforeAll(async () => {
  const desk = makeTempDesk()
  server = await startServer(desk)
  return async () => {
    await server.kill('SIGKILL')
    desk.remove()
  }
})

const valueOf = (page: TestPage, label: string) =>
  page
    .locator('.stat-table tr', { has: page.locator('th', { hasText: new RegExp(`^${label}$`) }) })
    .locator('td')
    .first()
    .innerText()

/** Fast 5 to 10 against slow 20 to 40: small enough to be quick, large enough to have a best. */
async function fillSearch(page: TestPage): Promise<void> {
  await page.fill('[name=ticker]', 'goog')
  for (const [control, value] of [
    ...[
      ['from.fast', '5'],
      ['to.fast', '10'],
      ['step.fast', '1'],
    ],
    ...[
      ['from.slow', '20'],
      ['to.slow', '40'],
      ['step.slow', '5'],
    ],
  ] as const)
    await page.fill(`[name="${control}"]`, value)
}

/** From the finished search: the best cell of the heatmap, that try, and the try as a backtest. */
async function followBest(page: TestPage): Promise<void> {
  const best = page.locator('#job-heatmap svg a:not([tabindex])').first()
  const [, value] = /: (\S+)/.exec((await best.locator('title').textContent()) ?? '') ?? []
  await best.click()
  await page.waitForURL(/\/trials\/\d+$/)
  const sharpe = await valueOf(page, 'Sharpe')
  expect(sharpe).toBe(value)
  const [trades, final] = [await valueOf(page, 'Trades'), await valueOf(page, 'Final equity')]
  const params = await page.locator('.head .mono').innerText()
  await page.getByRole('button', { name: 'Run as a backtest' }).click()
  await page.waitForURL(/\/runs\/GOOG--[\w.-]+$/)
  await expect
    .poll(
      async () => {
        if ((await page.locator('.stat-table').count()) === 0) await refresh(page)
        return page.locator('.stat-table').count()
      },
      { timeout: 15_000 },
    )
    .toBeGreaterThan(0)
  expect(
    await Promise.all(['Sharpe', 'Trades', 'Final equity'].map((label) => valueOf(page, label))),
  ).toEqual([...[sharpe, trades, final]])
  await page.getByRole('link', { name: 'Run again with changes' }).click()
  await page.waitForURL(/\/lab\/new\?/)
  const fast = await page.inputValue('[name="param.fast"]')
  const slow = await page.inputValue('[name="param.slow"]')
  expect(`fast ${fast}, slow ${slow}`).toBe(params)
}

async function refresh(page: TestPage): Promise<void> {
  const link = page.getByRole('link', { name: /^Refresh/ })
  if ((await link.count()) > 0) await link.first().click()
}

test(
  'a search is typed, counted, followed to its end, and its best cell becomes a backtest that says the same',
  { timeout: 90_000 },
  async () => {
    const page = await browser.open(`${server.url}/lab`)
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.getByRole('link', { name: 'Optimise', exact: true }).click()
    await page.waitForURL(/kind=optimize/)

    // Another strategy shows its own parameters in place, and back again.
    await page.fill('[name=ticker]', 'goog')
    await page.selectOption('#f-strategy', 'rsi-reversion')
    await page.locator('[name="from.fast"]').waitFor({ state: 'detached' })
    expect(await page.inputValue('[name=ticker]')).toBe('goog')
    await page.selectOption('#f-strategy', 'sma-cross')
    await page.locator('[name="from.fast"]').waitFor()
    await fillSearch(page)
    expect((await page.locator('#trial-count').innerText()).trim()).toBe('30 tries before the constraint')

    // What cannot be run is said beside what was typed.
    await page.fill('[name=constraint]', 'fast << slow')
    await page.getByRole('button', { name: 'Start optimisation' }).click()
    await page.locator('#job-error').waitFor()
    expect(await page.inputValue('[name="to.slow"]')).toBe('40')
    await page.fill('[name=constraint]', 'fast < slow')
    await page.getByRole('button', { name: 'Start optimisation' }).click()
    await page.waitForURL(/\/runs\/GOOG--/)
    await page.locator('#run-header .status', { hasText: 'completed' }).waitFor({ timeout: 30_000 })
    await page.locator('#job-heatmap svg a').first().waitFor()
    expect(await page.getByRole('link', { name: /^Refresh/ }).count()).toBe(0)
    await followBest(page)
    // The browser tells of the form that was refused.
    expect(page.complaints).toEqual([expect.stringContaining('status of 400')])
  },
)

test('a slider moves its number and the number its slider', async () => {
  const page = await browser.open(`${server.url}/lab/new`)
  const number = page.locator('[name="param.fast"]')
  const slider = page.locator('[data-slider-of]').first()
  await slider.evaluate((element: HTMLInputElement) => {
    element.value = '42'
    element.dispatchEvent(new Event('input', { bubbles: true }))
  })
  expect(await number.inputValue()).toBe('42')
  await number.fill('7')
  expect(await slider.inputValue()).toBe('7')
  await page.locator('#position-part > summary').click()
  await page.fill('[name=size_shares]', '50')
  expect(await page.locator('[name=sizing]:checked').inputValue()).toBe('shares')
  expect(page.complaints).toEqual([])
})

test('without script the same way is open, by plain links and forms', { timeout: 60_000 }, async () => {
  const page = await browser.open(`${server.url}/lab/new`, { javaScriptEnabled: false })
  expect(await page.locator('[data-slider-of]').first().isVisible()).toBe(false)
  await page.fill('[name=ticker]', 'goog')
  await page.selectOption('#f-strategy', 'rsi-reversion')
  await page.getByRole('button', { name: 'Show its parameters' }).click()
  await page.waitForURL(/strategy=rsi-reversion/)
  expect(await page.locator('[name="param.fast"]').count()).toBe(0)
  await page.selectOption('#f-strategy', 'sma-cross')
  await page.getByRole('button', { name: 'Optimise' }).click()
  await page.waitForURL(/show=optimize/)
  expect(await page.inputValue('[name=ticker]')).toBe('goog')
  await fillSearch(page)
  await page.getByRole('button', { name: 'Count the tries' }).click()
  await page.waitForURL(/from\.fast=5/)
  expect((await page.locator('#trial-count').innerText()).trim()).toBe('30 tries before the constraint')
  await page.locator('[name=ticker]').press('Enter')
  await page.waitForURL(/\/runs\/GOOG--/)
  await expect
    .poll(
      async () => {
        await refresh(page)
        return page.locator('#job-heatmap svg a').count()
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThan(0)
  await followBest(page)
})
