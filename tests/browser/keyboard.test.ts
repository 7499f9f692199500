/// <reference lib="dom" />
/** The desk without a mouse: every step from a launch to a comparison, the keys of lists, and the palette. */
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import { fillDesk } from '../support/page-desk.ts'
import { createPageSite } from '../support/page-site.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const browser = useBrowser()
const TABS = 120

/** Goes on with Tab until the focus is where it is wanted; wherever it comes by, it must be seen. */
async function tabTo(page: TestPage, selector: string): Promise<void> {
  for (let i = 0; i < TABS; i++) {
    await page.keyboard.press('Tab')
    const { isThere, isSeen, name } = await page.evaluate((wanted) => {
      const focused = document.activeElement!
      const { width, height } = focused.getBoundingClientRect()
      const { outlineStyle, opacity } = getComputedStyle(focused)
      const isOutlined = outlineStyle !== 'none' || focused === document.body
      return {
        isThere: focused.matches(wanted),
        isSeen: isOutlined && opacity !== '0' && (focused === document.body || width * height > 0),
        name: focused.outerHTML.slice(0, 120),
      }
    }, selector)
    expect(isSeen, `the focus is seen on ${name}`).toBe(true)
    if (isThere) return
  }
  throw new Error(`no ${TABS} presses of Tab lead to ${selector}`)
}

async function openPalette(page: TestPage): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.locator('.palette[open]').waitFor()
}

const focusedHref = (page: TestPage) =>
  page.evaluate(() => (document.activeElement as HTMLAnchorElement).href)
const path = (page: TestPage) => new URL(page.url()).pathname + new URL(page.url()).search

test(
  'launch, run, tree, log, cancel, list, ticks, comparison and palette, by keyboard alone',
  { timeout: 90_000 },
  async () => {
    const server = await startServer({ ...createTempDesk(), env: { DEMO_STEP_DELAY_MS: '1500' } })
    onTestFinished(() => void server.kill('SIGKILL'))
    const page = await browser.open(server.url)
    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.message())
      void dialog.accept()
    })

    await tabTo(page, '#company_symbols')
    await page.keyboard.type('AAPL, IBM')
    await tabTo(page, '#as_of')
    await page.keyboard.type('06292012')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\?batch=/)

    await tabTo(page, '[role=tab]')
    await page.locator('[role=tab][tabindex="-1"]').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.waitForURL(/run=IBM/)
    await page.locator('#run-header .run-title', { hasText: 'IBM' }).waitFor()
    await tabTo(page, '[role=treeitem]')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await page.waitForURL(/node=portfolio_manager/)
    await page.locator('#run-report', { hasText: 'Portfolio manager' }).waitFor()
    expect(await page.evaluate(() => document.activeElement!.getAttribute('data-node'))).toBe(
      'portfolio_manager',
    )

    await tabTo(page, '[data-log-panel] select')
    const shown = () => page.locator('#log [data-seq]').count()
    await expect.poll(shown, { timeout: 5_000 }).toBeGreaterThan(0)
    await page.keyboard.press('End')
    await expect.poll(shown).toBe(0)
    await page.keyboard.press('Home')
    await expect.poll(shown, { timeout: 5_000 }).toBeGreaterThan(0)

    await tabTo(page, '#log a, #log button')
    await page.keyboard.press('c')
    await page.locator('#run-header .status', { hasText: 'canceled' }).waitFor()
    expect(asked).toEqual(['Cancel IBM? What it wrote so far is kept.'])

    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.waitForURL(/\/runs$/)
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await expect.poll(() => page.locator('[data-tick]:checked').count()).toBe(2)
    const links = await page
      .locator('[data-run-row] a.ticker')
      .evaluateAll((list) => list.map((link) => (link as HTMLAnchorElement).href))
    await page.keyboard.press('k')
    await expect.poll(() => focusedHref(page)).toBe(links[0])
    await page.keyboard.press('Enter')
    await page.waitForURL(links[0]!)
    await page.goBack()
    const focusedId = () => page.evaluate(() => document.activeElement!.id)
    // A key that comes before the page listens is lost, as it is to a person, who presses it again.
    await expect
      .poll(async () => (await focusedId()) || page.keyboard.press('/'), { timeout: 15_000, interval: 1_500 })
      .toBe('q')
    // While typing, keys are letters.
    await page.keyboard.type('jxc?')
    expect(await page.inputValue('#q')).toBe('jxc?')
    expect(asked).toHaveLength(1)
    await page.fill('#q', '')
    for (const tick of await page.locator('[data-tick]').all()) await tick.setChecked(false)
    await tabTo(page, '[data-tick]')
    await page.keyboard.press('Space')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await openPalette(page)
    await page.keyboard.type('compare ticked')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/compare\?/)
    await openPalette(page)
    await page.keyboard.type('syst')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/system$/)
    expect(page.complaints).toEqual([])
  },
)

test(
  'where the reader stands in a list, and what is ticked, survive what happens to the runs',
  { timeout: 40_000 },
  async () => {
    const site = createPageSite()
    const { running, pending } = fillDesk(site.desk)
    const page = await browser.open(`${await site.serve()}/runs`)
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await expect.poll(() => focusedHref(page)).toContain(running)
    const here = await focusedHref(page)

    site.desk.emit(running, { type: 'run_progress', fraction: 0.55, message: 'further' })
    site.desk.add({ ticker: 'NEW' })
    await expect.poll(() => site.streams).toHaveLength(1)
    await site.clock.advance(200)
    await page.locator('#runs-table', { hasText: 'NEW' }).waitFor()
    expect(await focusedHref(page)).toBe(here)
    expect(await page.locator('[data-tick]:checked').inputValue()).toBe(pending)

    // `c` asks, and a no is a no.
    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.message())
      void dialog.dismiss()
    })
    await page.keyboard.press('c')
    await expect.poll(() => asked).toEqual(['Cancel MSFT? What it wrote so far is kept.'])
    expect(site.desk.asked).toEqual([])
    for (let i = 0; i < 20; i++) await page.keyboard.press('j')
    await page.keyboard.press('c')
    await page.locator('.toast', { hasText: 'This run has ended' }).waitFor()
    expect(page.complaints).toEqual([])
  },
)

test(
  'the palette finds pages, runs, tickers and what can be done here, and gives the focus back',
  { timeout: 40_000 },
  async () => {
    const site = createPageSite()
    const { running, completed } = fillDesk(site.desk)
    const page = await browser.open(`${await site.serve()}/runs/${running}`)
    const options = page.locator('.palette [role=option]')
    const labels = () => page.locator('.palette-label').allInnerTexts()
    const selected = () => page.locator('.palette [aria-selected=true] .palette-label').innerText()

    // Loaded on first use, and no sooner.
    const loaded = () =>
      page.evaluate(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.endsWith('palette.js')),
      )
    expect(await loaded()).toBe(false)
    await page.locator('[role=treeitem][data-node=market]').focus()
    await openPalette(page)
    await options.first().waitFor()
    expect(await loaded()).toBe(true)
    expect(await labels()).toEqual(
      expect.arrayContaining(['Pause MSFT', 'Cancel MSFT', 'Assess', 'Runs', 'System']),
    )
    await expect.poll(labels).toContain('Assess AAPL')
    const input = page.locator('.palette [role=combobox]')
    const first = await selected()
    await page.keyboard.press('ArrowDown')
    expect(await selected()).not.toBe(first)
    await page.keyboard.press('ArrowUp')
    expect(await selected()).toBe(first)
    expect(await input.getAttribute('aria-activedescendant')).toBe(await options.first().getAttribute('id'))
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement!.getAttribute('data-node'))).toBe('market')

    await openPalette(page)
    await page.keyboard.type('pse msft')
    expect(await selected()).toBe('Pause MSFT')
    await page.keyboard.press('Enter')
    await expect.poll(() => site.desk.asked).toEqual([`pause ${running}`])

    await page.getByRole('button', { name: 'Search', exact: true }).click()
    await page.locator('.palette[open]').waitFor()
    await page.keyboard.type(completed.slice(-6))
    await expect.poll(selected).toContain('AAPL BUY')
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(completed))

    await openPalette(page)
    await page.keyboard.type('assess tsla')
    await expect.poll(selected).toBe('Assess TSLA')
    await page.keyboard.press('Enter')
    await page.waitForURL(/company_symbols=TSLA/)
    expect(await page.inputValue('#company_symbols')).toBe('TSLA')
    expect(await page.locator('input[name=analysts]:checked').count()).toBeGreaterThan(0)
    await openPalette(page)
    await page.keyboard.type('zzqqxx zz')
    await page.locator('.palette-none').waitFor()
    await page.keyboard.press('Enter')
    expect(path(page)).toBe('/?company_symbols=TSLA')
    expect(page.complaints).toEqual([])
  },
)

test(
  '/ searches the log of a run, and is left to the browser where a page has no search',
  { timeout: 40_000 },
  async () => {
    const site = createPageSite()
    const { running } = fillDesk(site.desk)
    const url = await site.serve()
    const page = await browser.open(`${url}/runs/${running}`)
    await page.keyboard.press('/')
    await expect.poll(() => page.evaluate(() => document.activeElement!.getAttribute('name'))).toBe('log_q')
    await page.goto(`${url}/system`)
    await page.evaluate(() =>
      document.addEventListener('keydown', (event) => {
        document.title = `taken: ${event.defaultPrevented}`
      }),
    )
    await page.keyboard.press('/')
    expect(await page.title()).toBe('taken: false')
    expect(page.complaints).toEqual([])
  },
)

test('the list of keys is whole and true', { timeout: 40_000 }, async () => {
  const site = createPageSite()
  fillDesk(site.desk)
  const url = await site.serve()
  const page = await browser.open(`${url}/system`)
  await page.keyboard.press('?')
  await page.locator('#keys[open]').waitFor()
  const rows = await page
    .locator('#keys dl > div')
    .evaluateAll((list) =>
      list.map((row) => [
        [...row.querySelectorAll('dt kbd')].map((key) => key.textContent).join(' '),
        row.querySelector('dd')!.textContent,
      ]),
    )
  const goes = rows.filter(([keys]) => keys!.startsWith('g '))
  const links = await page
    .locator('.side-links a')
    .evaluateAll((list) =>
      list.map((link) => [
        `g ${(link as HTMLElement).dataset.key}`,
        link.textContent,
        (link as HTMLAnchorElement).href,
      ]),
    )
  expect(goes).toEqual(links.map(([keys, label]) => [keys, label]))
  expect(rows.map(([keys]) => keys)).toEqual(
    expect.arrayContaining(['Ctrl K', '/', '?', 'Esc', 'j k', 'Enter', 'x', 'c']),
  )
  await page.keyboard.press('Escape')
  for (const [keys, , href] of links) {
    for (const key of keys!.split(' ')) await page.keyboard.press(key)
    await page.waitForURL(href!)
  }
})
