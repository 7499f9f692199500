/// <reference lib="dom" />
/** What a reader's browser keeps from one visit to the next, and what it says aloud in between. */
import { expect, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import { barsOf, decisionOf, work } from '../support/page-desk.ts'
import { createPageSite } from '../support/page-site.ts'

const browser = useBrowser()

const paper = (page: TestPage) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
const LIGHT = 'rgb(246, 246, 243)'
const DARK = 'rgb(16, 18, 20)'

test('a chosen theme holds from the first paint on, on every page, until the system’s is chosen again', async () => {
  const url = await createPageSite().serve()
  const page = await browser.open(url, { colorScheme: 'dark' })
  const button = page.getByRole('button', { name: /^Theme/ })
  expect([await paper(page), await button.innerText()]).toEqual([DARK, expect.stringContaining('system')])
  await button.click()
  await expect.poll(() => paper(page)).toBe(LIGHT)
  expect(await button.innerText()).toContain('light')

  // Before anything is drawn: the body's first child finds the theme in place.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return
      observer.disconnect()
      Object.assign(window, { first: document.documentElement.dataset.theme })
    }).observe(document, { childList: true, subtree: true })
  })
  await page.goto(`${url}/runs`)
  expect(await page.evaluate(() => (window as { first?: string }).first)).toBe('light')
  expect(await paper(page)).toBe(LIGHT)

  await button.click()
  await expect.poll(() => paper(page)).toBe(DARK)
  expect(await button.innerText()).toContain('dark')
  await button.click()
  await expect.poll(() => button.innerText()).toContain('system')
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await paper(page)).toBe(LIGHT)
  expect(page.complaints).toEqual([])
})

test(
  'the last run, its node, its branches and the form’s folded part are as they were left',
  { timeout: 40_000 },
  async () => {
    const site = createPageSite()
    const runId = site.desk.add()
    work(site.desk, runId, 'data', { result: barsOf() })
    work(site.desk, runId, 'market', { text: '# Market\n\nCalm.' })
    const url = await site.serve()
    const page = await browser.open(`${url}/runs/${runId}`)
    const market = page.locator('[role=treeitem][data-node=market]')
    await market.focus()
    await page.keyboard.press('ArrowRight')
    await page.locator('[role=treeitem][data-node=bull]').click()
    await page.waitForURL(/node=bull/)
    await page.goto(url)
    const fold = page.locator('#thinking-part')
    await fold.locator('summary').click()
    await page.reload()
    expect(await fold.getAttribute('open')).not.toBeNull()

    await page.keyboard.press('Control+k')
    await page.locator('.palette[open]').waitFor()
    await page.keyboard.type('last run')
    await page.locator('.palette [aria-selected=true]', { hasText: 'Last run you looked at' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`${runId}\\?node=bull`))
    expect(await market.getAttribute('aria-expanded')).toBe('true')

    // A step back through what was visited before a reload shows what it was.
    await market.click()
    await page.locator('#run-report', { hasText: 'Calm.' }).waitFor()
    await page.reload()
    await page.goBack()
    await page.waitForURL(/node=bull/)
    await page.locator('#run-report', { hasText: 'Bull' }).waitFor()
    expect(page.complaints).toEqual([])
  },
)

test('aloud are said the milestones of a run, not every step', { timeout: 40_000 }, async () => {
  const site = createPageSite()
  const { desk } = site
  const runId = desk.add()
  const page = await browser.open('about:blank')
  await page.clock.install()
  const loaded = page.waitForResponse(/milestones\.js$/)
  await page.goto(`${await site.serve()}/runs/${runId}`)
  await (await loaded).finished()
  await page.evaluate(() => {
    const said: string[] = []
    Object.assign(window, { said })
    const place = document.getElementById('announce')!
    new MutationObserver(() => said.push(place.textContent!)).observe(place, { childList: true })
  })
  await expect.poll(() => site.streams).toHaveLength(1)
  const said = () => page.evaluate(() => (window as unknown as { said: string[] }).said)
  const progress = page.locator('#run-header progress')
  const advance = async (percent: number) => {
    desk.emit(runId, { type: 'run_progress', fraction: percent / 100, message: 'on its way' })
    await site.clock.advance(200)
    await expect.poll(() => progress.getAttribute('value')).toBe(String(percent))
    await page.clock.runFor(600)
  }
  work(desk, runId, 'data', { open: true })
  await advance(5)
  await advance(11)
  expect(await said()).toEqual(['AAPL Data'])
  for (const percent of [26, 30, 51, 60]) await advance(percent)
  expect(await said()).toEqual(['AAPL Data'])
  await page.clock.runFor(5_000)
  // Of what came too close together the latest.
  expect(await said()).toEqual(['AAPL Data', 'AAPL 50 %'])
  desk.emit(runId, { type: 'run_paused', reason: 'asked' })
  await site.clock.advance(200)
  await page.locator('#run-header .status', { hasText: 'paused' }).waitFor()
  await page.clock.runFor(600)
  expect((await said()).at(-1)).toBe('AAPL paused')
  desk.emit(runId, { type: 'run_resumed', reason: 'asked' })
  await site.clock.advance(200)
  await page.locator('#run-header .status', { hasText: 'running' }).waitFor()
  desk.emit(runId, { type: 'decision_ready', decision: decisionOf(runId) })
  desk.complete(runId)
  await site.clock.advance(200)
  await page.locator('#run-decision .verdict-badge').waitFor()
  await page.clock.runFor(600)
  expect((await said()).at(-1)).toMatch(/AAPL: BUY, as of 2012-06-29$/)
  expect(await page.locator('.toast').count()).toBe(0)
  expect(page.complaints).toEqual([])
})

test(
  'an open tray, an open fold, a half-typed search and its caret stay as they are while runs go on',
  { timeout: 40_000 },
  async () => {
    const site = createPageSite()
    const { desk } = site
    const runs = ['AAPL', 'IBM', 'MSFT', 'GOOG', 'T', 'F'].map((ticker) => desk.add({ ticker }))
    const page = await browser.open(`${await site.serve()}/runs`)
    await page.locator('#tray-menu > summary').click()
    expect(await page.locator('.tray-list li').count()).toBe(5)
    expect(await page.locator('.tray-more').innerText()).toContain('1 more under way')
    await page.fill('#q', 'half typed')
    await page.locator('#q').evaluate((box: HTMLInputElement) => box.setSelectionRange(4, 6))
    await page.locator('#tray-menu').evaluate((menu: HTMLDetailsElement) => (menu.open = true))
    await expect.poll(() => site.streams).toHaveLength(1)

    desk.emit(runs[5]!, { type: 'run_progress', fraction: 0.42, message: 'weighing' })
    desk.emit(runs[4]!, { type: 'run_canceled', reason: 'asked' })
    desk.add({ ticker: 'NEW' })
    await site.clock.advance(200)
    await page.locator('.tray-list', { hasText: '42 % · weighing' }).waitFor()
    const tickers = await page.locator('.tray-list .tray-ticker').allInnerTexts()
    expect(tickers).toEqual(['NEW', 'F', 'GOOG', 'MSFT', 'IBM'])
    expect(await page.locator('#tray-menu').getAttribute('open')).not.toBeNull()
    const box = await page.locator('#q').evaluate((input: HTMLInputElement) => ({
      text: input.value,
      caret: [input.selectionStart, input.selectionEnd],
      isFocused: document.activeElement === input,
    }))
    expect(box).toEqual({ text: 'half typed', caret: [4, 6], isFocused: true })

    // Cancel asks here too; Escape closes the tray and gives the focus to what opened it.
    page.on('dialog', (dialog) => void dialog.accept())
    await page.locator('.tray-list').getByRole('button', { name: 'Cancel NEW' }).click()
    await expect.poll(() => desk.asked).toHaveLength(1)
    await page.keyboard.press('Escape')
    expect(await page.locator('#tray-menu').getAttribute('open')).toBeNull()
    expect(await page.evaluate(() => document.activeElement!.localName)).toBe('summary')
    await page.locator('#tray-menu > summary').click()
    await page.locator('.foot').click()
    await expect.poll(() => page.locator('#tray-menu').getAttribute('open')).toBeNull()
    expect(page.complaints).toEqual([])
  },
)

test('who asked for less motion gets none', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  const page = await browser.open(`${await site.serve()}/runs/${runId}`, { reducedMotion: 'reduce' })
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(element)
        return animationName !== 'none' || parseFloat(transitionDuration) > 0 || scrollBehavior !== 'auto'
      })
      .map((element) => element.className),
  )
  expect(moving).toEqual([])
})
