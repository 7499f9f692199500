/** Every page as axe sees it, light and dark, wide and narrow; and no page scrolls sideways. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser } from '../support/browser.ts'
import { fillDesk, fillThinking, MODELS } from '../support/page-desk.ts'
import { createPageSite } from '../support/page-site.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const browser = useBrowser()

test(
  'no page has what axe calls a violation, or is wider than the screen',
  { timeout: 120_000 },
  async () => {
    const server = await startServer({ ...createTempDesk() })
    onTestFinished(() => void server.kill('SIGKILL'))
    const client = createRunClient(server.url)
    const { batch_id: batchId, runs } = await client.launch('AAPL,IBM', '2012-06-29')
    for (const run of runs) await client.ended(run.run_id)
    const paths = [
      '/',
      '/runs',
      `/runs?batch=${batchId}`,
      `/runs/${runs[0]!.run_id}?node=market`,
      '/system',
      '/docs',
      '/nowhere',
    ]
    await judge(server.url, paths)
  },
)

test(
  'nor have those of runs in which models think, whatever state they are in',
  { timeout: 120_000 },
  async () => {
    const site = createPageSite({ models: { ...MODELS, budgetUsd: 0.5, budgetTokens: null } })
    const { thought, broke, again, unread, batch } = fillThinking(site.desk)
    fillDesk(site.desk)
    const { limiter } = site.concurrency
    const { signal } = new AbortController()
    for (let i = 0; i < 6; i++) await limiter.acquire(['global', 'openai', MODELS.deep], `run ${i}`, signal)
    void limiter.acquire(['global', 'openai', MODELS.deep], 'run', signal)
    limiter.slowDown('openai', Number.MAX_SAFE_INTEGER)
    await judge(await site.serve(), [
      '/',
      `/runs/${thought}?node=market`,
      `/runs/${broke}`,
      `/runs/${again}`,
      `/runs/${unread}`,
      `/runs?batch=${batch}&run=${broke}`,
      '/system',
    ])
  },
)

const LOOKS = [
  { colorScheme: 'light', width: 1280, isJudged: true },
  { colorScheme: 'dark', width: 360, isJudged: true },
  { colorScheme: 'light', width: 320, isJudged: false },
] as const

/** With every folded part open. */
async function judge(url: string, paths: readonly string[]): Promise<void> {
  for (const { colorScheme, width, isJudged } of LOOKS) {
    const page = await browser.open('about:blank', { colorScheme, viewport: { width, height: 800 } })
    for (const path of paths) {
      await page.goto(url + path)
      await page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      expect(overflow, `${path} at ${width} px`).toBeLessThanOrEqual(0)
      if (!isJudged) continue
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`,
      )
      expect(found, `${path} ${colorScheme} ${width}`).toEqual([])
    }
    await page.context().close()
  }
}
