/// <reference lib="dom" />
/**
 * Every page as axe sees it, light and dark, on a desktop and on a phone; and no page scrolls sideways, down to 320 px and
 * at twice the size. A new page gets its line in the table below.
 */
import { AxeBuilder } from '@axe-core/playwright'
import type { AxeResults, RunOptions } from 'axe-core'
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
}
type Ids = FilledDesk & ThinkingDesk & { thoughtBatch: string; gone: string }

/** A desk with runs of all kinds in every state; limits of calls are in use and one is slowed down. */
const ON_A_FULL_DESK = (ids: Ids): Look[] => [
  { name: 'assess', path: '/' },
  { name: 'assess, refused', path: '/', act: (page) => refuseLaunch(page) },
  { name: 'runs', path: '/runs' },
  {
    name: 'runs, ticked',
    path: '/runs',
    act: (page) => page.keyboard.press('j').then(() => page.locator('[data-tick]').first().check()),
  },
  { name: 'runs, none matches', path: '/runs?q=nothing+like+this' },
  { name: 'runs, levels', path: '/runs?show=levels' },
  { name: 'verdicts', path: '/verdicts' },
  { name: 'compare', path: `/runs/compare?ids=${ids.completed},${ids.hold},${ids.failed}` },
  { name: 'runs about to be canceled', path: `/runs/cancel?ids=${ids.running}&ids=${ids.completed}` },
  { name: 'batch', path: `/runs?batch=${ids.batch}` },
  { name: 'batch of models', path: `/runs?batch=${ids.thoughtBatch}&run=${ids.broke}` },
  { name: 'run at work', path: `/runs/${ids.running}?node=market` },
  { name: 'run that waits', path: `/runs/${ids.pending}` },
  { name: 'run paused', path: `/runs/${ids.paused}` },
  { name: 'run paused for its budget', path: `/runs/${ids.broke}` },
  { name: 'run completed', path: `/runs/${ids.completed}` },
  { name: 'run of models', path: `/runs/${ids.thought}?node=market` },
  { name: 'run that took over steps', path: `/runs/${ids.again}` },
  { name: 'run whose answer could not be read', path: `/runs/${ids.unread}` },
  { name: 'run failed', path: `/runs/${ids.failed}` },
  { name: 'run canceled', path: `/runs/${ids.canceled}` },
  { name: 'run whose files are gone', path: `/runs/${ids.gone}` },
  { name: 'system', path: '/system' },
  { name: 'docs', path: '/docs' },
  { name: 'not found', path: '/nowhere' },
  { name: 'tray', path: '/system', act: (page) => page.locator('#tray-menu > summary').click() },
  { name: 'palette', path: '/system', act: openPalette },
  { name: 'keys', path: '/system', act: (page) => page.keyboard.press('?') },
]
const ON_AN_EMPTY_DESK: Look[] = [
  { name: 'assess before the first run', path: '/' },
  { name: 'runs before the first', path: '/runs' },
  { name: 'verdicts before the first', path: '/verdicts' },
  {
    name: 'tray before the first run',
    path: '/docs',
    act: (page) => page.locator('#tray-menu > summary').click(),
  },
]
const AT_THE_DOOR: Look[] = [
  { name: 'login', path: '/login' },
  { name: 'login, refused', path: '/login', act: (page) => signIn(page, 'wrong') },
]

async function refuseLaunch(page: TestPage): Promise<void> {
  await page.fill('#company_symbols', '???')
  await page.locator('#launch button.primary').click()
  await page.locator('#launch-error').waitFor()
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
    const site = createPageSite({ models: { ...MODELS, budgetUsd: 0.5, budgetTokens: null } })
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
  const { batch: thoughtBatch, ...thinking } = fillThinking(desk)
  const filled = fillDesk(desk)
  const gone = desk.add({ ticker: 'IBM' })
  desk.complete(gone)
  desk.pruned.add(gone)
  return { ...thinking, ...filled, thoughtBatch, gone }
}

async function useLimits({ concurrency: { limiter } }: PageSite): Promise<void> {
  const { signal } = new AbortController()
  for (let i = 0; i < 6; i++) await limiter.acquire(['global', 'openai', MODELS.deep], `run ${i}`, signal)
  void limiter.acquire(['global', 'openai', MODELS.deep], 'run', signal)
  limiter.slowDown('openai', Number.MAX_SAFE_INTEGER)
}

const DESKTOP = { width: 1280, first: 'light', second: 'dark', narrower: [640] } as const
/** The same colours are there in light on a desktop. */
const PHONE = { width: 360, first: 'dark', second: null, narrower: [320] } as const

/** With every folded part open. What does not depend on colours is judged in one of the themes. */
async function judge(url: string, looks: readonly Look[]): Promise<void> {
  const found: string[] = []
  const judgeOn = async ({ width, first, second, narrower }: typeof DESKTOP | typeof PHONE) => {
    const page = await browser.open('about:blank', { viewport: { width, height: 800 } })
    for (const { name, path, act } of looks) {
      const note = (what: string, problems: readonly string[]) =>
        found.push(...problems.map((problem) => `${name} (${path}) ${what}: ${problem}`))
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme: first })
      await page.goto(url + path)
      await act?.(page)
      await page.evaluate(() => {
        for (const part of document.querySelectorAll('details:not(#tray-menu)')) part.setAttribute('open', '')
      })
      note(
        `${first} ${width}`,
        list(await new AxeBuilder({ page }).setLegacyMode().options(ALL_RULES).analyze()),
      )
      if (second) {
        await page.emulateMedia({ colorScheme: second })
        const contrast = new AxeBuilder({ page }).setLegacyMode().options(CONTRAST)
        note(`${second} ${width}`, list(await contrast.analyze()))
      }
      for (const narrow of [width, ...narrower]) {
        await page.setViewportSize({ width: narrow, height: 800 })
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        note(`at ${narrow} px`, overflow > 0 ? [`${overflow} px too wide`] : [])
      }
    }
    await page.context().close()
  }
  await Promise.all([judgeOn(DESKTOP), judgeOn(PHONE)])
  expect(found).toEqual([])
}

/** Nothing of what passes is collected, and no file is fetched a second time. */
const PLAIN: RunOptions = { resultTypes: ['violations'], preload: false, iframes: false }
/** The rules of all levels up to 2.2 AA and those of good practice. */
const ALL_RULES: RunOptions = { ...PLAIN, rules: { 'target-size': { enabled: true } } }
const CONTRAST: RunOptions = {
  ...PLAIN,
  runOnly: { type: 'rule', values: ['color-contrast'] },
}

function list({ violations }: AxeResults): string[] {
  return violations.map(({ id, nodes }) => {
    const shown = nodes.slice(0, 3).map((node) => node.html.slice(0, 160))
    return `${id} (${nodes.length}): ${shown.join(' | ')}`
  })
}
