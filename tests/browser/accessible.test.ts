/// <reference lib="dom" />
/**
 * Every page as axe sees it, light and dark, on a desktop and on a phone; and no page scrolls sideways, down to 320 px and
 * at twice the size. A new kind of page gets its line in the table below.
 */
import type axe from 'axe-core'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser, type TestPage } from '../support/browser.ts'
import {
  fillDesk,
  fillThinking,
  MODELS,
  type FilledDesk,
  type PageDesk,
  type ThinkingDesk,
} from '../support/page-desk.ts'
import { createFilledLab, fillLab, type FilledLab } from '../support/filled-lab.ts'
import { sayLongLog } from '../support/long-run.ts'
import { createPageSite, type PageSite } from '../support/page-site.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const browser = useBrowser()

interface Look {
  name: string
  path: string
  /** What the reader does before it is judged. */
  act?: (page: TestPage) => Promise<unknown>
  /** What came of it, to be there at every width. */
  shows?: string
}
type Ids = FilledDesk & ThinkingDesk & FilledLab & { gone: string; talkative: string }

/** A desk with runs of all kinds in every state; limits of calls are in use and one is slowed down. */
const ON_A_FULL_DESK = (ids: Ids): Look[] => [
  { name: 'assess', path: '/' },
  { name: 'assess, refused', path: '/', act: refuseLaunch, shows: '#launch-error' },
  { name: 'runs', path: '/runs' },
  {
    name: 'runs, ticked',
    path: '/runs',
    act: (page) => page.keyboard.press('j').then(() => page.locator('[data-tick]').first().check()),
    shows: '[data-tick]:checked',
  },
  { name: 'runs, none matches', path: '/runs?q=nothing+like+this' },
  { name: 'runs, levels', path: '/runs?show=levels' },
  { name: 'verdicts', path: '/verdicts' },
  { name: 'compare', path: `/runs/compare?ids=${ids.completed},${ids.hold},${ids.failed}` },
  { name: 'runs about to be canceled', path: `/runs/cancel?ids=${ids.running}&ids=${ids.completed}` },
  { name: 'batch', path: `/runs?batch=${ids.batch}` },
  { name: 'run at work', path: `/runs/${ids.running}?node=market` },
  { name: 'run that waits', path: `/runs/${ids.pending}` },
  { name: 'run paused', path: `/runs/${ids.paused}` },
  { name: 'run paused for its budget', path: `/runs/${ids.broke}` },
  { name: 'run completed', path: `/runs/${ids.completed}` },
  { name: 'run of models', path: `/runs/${ids.thought}?node=market` },
  { name: 'run that took over steps', path: `/runs/${ids.again}` },
  { name: 'run whose answer could not be read', path: `/runs/${ids.unread}` },
  { name: 'run failed', path: `/runs/${ids.failed}` },
  { name: 'run whose files are gone', path: `/runs/${ids.gone}` },
  { name: 'log with a line opened', path: `/runs/${ids.talkative}`, act: openLogLine, shows: '.log-detail' },
  { name: 'lab', path: '/lab' },
  { name: 'new backtest', path: '/lab/new' },
  { name: 'new optimisation', path: '/lab/new?kind=optimize', act: refuseJob, shows: '#job-error' },
  { name: 'new training', path: '/lab/new?kind=train' },
  { name: 'search at work', path: `/runs/${ids.searching}` },
  { name: 'tries', path: `/runs/${ids.optimize}/trials?from.fast=2` },
  { name: 'try', path: `/runs/${ids.optimize}/trials/62` },
  { name: 'system', path: '/system' },
  { name: 'docs', path: '/docs' },
  { name: 'not found', path: '/nowhere' },
  { name: 'tray', path: '/system', act: openTray, shows: '#tray-menu[open]' },
  { name: 'palette', path: '/system', act: openPalette, shows: '.palette [role=option]' },
  { name: 'keys', path: '/system', act: (page) => page.keyboard.press('?'), shows: '#keys[open]' },
]
const ON_AN_EMPTY_DESK: Look[] = [
  { name: 'assess before the first run', path: '/' },
  { name: 'runs before the first', path: '/runs' },
  { name: 'verdicts before the first', path: '/verdicts' },
  { name: 'lab before the first job', path: '/lab' },
  { name: 'tray before the first run', path: '/docs', act: openTray, shows: '#tray-menu[open]' },
]
const AT_THE_DOOR: Look[] = [
  { name: 'login', path: '/login' },
  { name: 'login, refused', path: '/login', act: (page) => signIn(page, 'wrong'), shows: '[role=alert]' },
]

async function refuseLaunch(page: TestPage): Promise<void> {
  await page.fill('#company_symbols', '???')
  await page.locator('#launch button.primary').click()
  await page.locator('#launch-error').waitFor()
}

async function refuseJob(page: TestPage): Promise<void> {
  await page.fill('[name=constraint]', 'x')
  await page.fill('[name=ticker]', '???')
  await page.locator('#job button.primary').click()
  await page.locator('#job-error').waitFor()
}

async function openTray(page: TestPage): Promise<void> {
  await page.locator('#tray-menu > summary').click()
}

async function openLogLine(page: TestPage): Promise<void> {
  await page.locator('#log').scrollIntoViewIfNeeded()
  await page.locator('.log-panel[data-open]').waitFor()
  await page.locator('[data-log-search]').fill('line')
  await page.locator('[data-log-said]', { hasText: '2,000 lines of 2,000 match' }).waitFor()
  await page.locator('.log-scroll').evaluate((element) => (element.scrollTop = element.scrollHeight))
  await page.locator('.is-cut .log-more').last().press('Enter')
}

async function openPalette(page: TestPage): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.locator('.palette [role=option]', { hasText: 'Assess AAPL' }).waitFor()
}

async function signIn(page: TestPage, password: string): Promise<void> {
  await page.fill('#password', password)
  await page.keyboard.press('Enter')
  await page.locator('[role=alert]').waitFor()
}

test(
  'no page of a desk in use has what axe calls a violation, or is wider than the screen',
  { timeout: 180_000 },
  async () => {
    const site = createPageSite({
      models: { ...MODELS, budgetUsd: 0.5, budgetTokens: null },
      lab: createFilledLab(),
    })
    const ids = fill(site.desk)
    await useLimits(site)
    await judge(await site.serve(), ON_A_FULL_DESK(ids))
  },
)

test('nor has one of an empty desk, or at its door', { timeout: 180_000 }, async () => {
  await judge(await createPageSite().serve(), ON_AN_EMPTY_DESK)
  await judge(await createPageSite({ environment: { AUTH_PASSWORD: 'correct horse' } }).serve(), AT_THE_DOOR)
})

test('nor have those of runs as the committee makes them', { timeout: 180_000 }, async () => {
  const server = await startServer({ ...createTempDesk() })
  onTestFinished(() => void server.kill('SIGKILL'))
  const client = createRunClient(server.url)
  const { batch_id: batch, runs } = await client.launch('AAPL,IBM', '2012-06-29')
  for (const run of runs) await client.ended(run.run_id)
  const [first, second] = runs.map((run) => run.run_id)
  await judge(server.url, [
    { name: 'batch', path: `/runs?batch=${batch}` },
    { name: 'run', path: `/runs/${first}?node=market` },
    { name: 'compare', path: `/runs/compare?ids=${first},${second}` },
  ])
})

function fill(desk: PageDesk): Ids {
  const thinking = fillThinking(desk)
  const filled = fillDesk(desk)
  const gone = desk.add({ ticker: 'IBM' })
  desk.complete(gone)
  desk.pruned.add(gone)
  const talkative = desk.add()
  sayLongLog(desk, talkative, 1, 2_000)
  return { ...thinking, ...filled, ...fillLab(desk), gone, talkative }
}

async function useLimits({ concurrency: { limiter } }: PageSite): Promise<void> {
  const { signal } = new AbortController()
  for (let i = 0; i < 6; i++) await limiter.acquire(['global', 'openai', MODELS.deep], `run ${i}`, signal)
  void limiter.acquire(['global', 'openai', MODELS.deep], 'run', signal)
  limiter.slowDown('openai', Number.MAX_SAFE_INTEGER)
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Nothing of what passes is collected, and no file is fetched a second time. */
const PLAIN: axe.RunOptions = { resultTypes: ['violations'], preload: false, iframes: false }
/** The rules of all levels up to 2.2 AA and those of good practice. */
const ALL_RULES: axe.RunOptions = { ...PLAIN, rules: { 'target-size': { enabled: true } } }
const CONTRAST: axe.RunOptions = {
  ...PLAIN,
  runOnly: { type: 'rule', values: ['color-contrast'] },
}

const HEIGHT_PX = 800
/** From wide to narrow; what does not depend on colours is judged in one of the themes. */
const WIDTHS: { width: number; themes: [theme: 'light' | 'dark', rules: axe.RunOptions][] }[] = [
  {
    width: 1280,
    themes: [
      ['light', ALL_RULES],
      ['dark', CONTRAST],
    ],
  },
  { width: 640, themes: [] },
  {
    width: 360,
    themes: [
      ['dark', ALL_RULES],
      ['light', CONTRAST],
    ],
  },
  { width: 320, themes: [] },
]

/** Two tabs share the looks: while one is drawn the other is judged. */
async function judge(url: string, looks: readonly Look[]): Promise<void> {
  const found: string[] = []
  const left = [...looks]
  const judgeNext = async () => {
    const page = await browser.open('about:blank')
    for (let look = left.shift(); look; look = left.shift()) {
      const problems = await judgeLook(page, url, look)
      found.push(...problems.map((problem) => `${look!.name} (${look!.path}) ${problem}`))
    }
    await page.context().close()
  }
  await Promise.all([judgeNext(), judgeNext()])
  expect(found).toEqual([])
}

/** With every folded part open. The page is loaded once and then made narrower, as a reader would do it. */
async function judgeLook(page: TestPage, url: string, { path, act, shows }: Look): Promise<string[]> {
  const found: string[] = []
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: WIDTHS[0]!.width, height: HEIGHT_PX })
  await page.goto(url + path)
  await act?.(page)
  if (shows) await page.locator(shows).first().waitFor()
  await page.evaluate(() => {
    for (const part of document.querySelectorAll('details:not(#tray-menu)')) part.setAttribute('open', '')
  })
  await page.evaluate(AXE)
  for (const { width, themes } of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT_PX })
    for (const [theme, rules] of themes) {
      await page.emulateMedia({ colorScheme: theme })
      const violations = await page.evaluate(
        async (options) => (await (window as unknown as { axe: typeof axe }).axe.run(options)).violations,
        rules,
      )
      found.push(...list(violations).map((problem) => `${theme} at ${width} px: ${problem}`))
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (overflow > 0) found.push(`at ${width} px: ${overflow} px too wide`)
    if (shows && !(await page.locator(shows).first().isVisible())) found.push(`at ${width} px: no ${shows}`)
  }
  return found
}

function list(violations: axe.Result[]): string[] {
  return violations.map(({ id, nodes }) => {
    const shown = nodes.slice(0, 3).map((node) => node.html.slice(0, 160))
    return `${id} (${nodes.length}): ${shown.join(' | ')}`
  })
}
