import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { findChangedParts, takeApart } from '../../../src/web/regions/region-parts.ts'
import { HOSTILE } from '../../support/page-desk.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'
import { createTimedRun, TIMED_FROM_MS, type TimedRun } from '../../support/timed-run.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

async function show(story: (run: TimedRun) => void, nowSeconds: number, node = '') {
  const site = createPageSite()
  const run = createTimedRun(site.desk)
  story(run)
  run.tell()
  await moveTo(site, nowSeconds)
  const page = async (asked = node) =>
    (await site.get(`/runs/${run.runId}${asked === '' ? '' : `?node=${asked}`}`)).$
  return { site, run, page, $: await page() }
}

async function moveTo(site: PageSite, seconds: number): Promise<void> {
  await site.clock.advance(Math.max(0, TIMED_FROM_MS + seconds * 1_000 - site.clock.now()))
}

/** Analysts of whom one waits, with tools, and a trader after them. */
function tellWaits(run: TimedRun): void {
  run.at(2, { type: 'run_started' })
  run.step(2, 12, 'market')
  run.tool(2, 3, 'market', 'averages', {
    args: { ticker: 'AAPL', windows: [20, 50] },
    result: { sma: 571.97 },
  })
  run.step(2, 20, 'news')
  run.step(3, 20, 'news/ask', { node: null, within: 'news' })
  run.wait(3, 9, 'news/ask', 'news', { for: 'permit' })
  run.wait(10, 12, 'news/ask', 'news', { for: 'back_off', why: 'openai:gpt-4o answered 429' })
  const used = { calls: 2, input_tokens: 7_100, output_tokens: 900, cost_usd: 0.0154 }
  run.at(19, { type: 'usage_recorded', key: 'news/ask', node_id: 'news', ...used })
  run.step(20, 30, 'trader')
  run.at(31, { type: 'run_completed', result: null })
}

test('queue, permit, back-off and work are told apart by words and patterns, the critical path by a line', async () => {
  const { $ } = await show(tellWaits, 60)
  const legend = $('.tl-legend li')
    .get()
    .map((li) => words($(li).text()))
  expect(legend).toEqual([
    'queued 2.0 s · 6 %',
    'waiting for a limit 6.0 s over 1 agent',
    'waiting to try again 2.0 s over 1 agent',
    'at work 29.0 s · 94 %',
    'critical path 28.0 s · 90 %',
  ])
  const news = $('#tl-news')
  expect(news.find('.tl-is-permit').attr('fill')).toBe('url(#tl-permit)')
  expect(news.find('.tl-is-back_off').attr('fill')).toBe('url(#tl-back_off)')
  expect($('pattern#tl-permit, pattern#tl-back_off')).toHaveLength(2)
  expect(news.find('.tl-critical').length).toBeGreaterThan(0)
  expect($('#tl-market .tl-critical')).toHaveLength(0)
  expect(news.find('svg').attr('aria-label')).toBe(
    'News analyst: completed, waiting for a limit 6.0 s, waiting to try again 2.0 s, at work 10.0 s, on the critical path',
  )
  expect(words($('#tl-path').text())).toBe(
    '◆ Critical path: News analyst → Trader; 28.0 s, of which 8.0 s waiting for limits or tries.',
  )
  expect($('#tl-now')).toHaveLength(0)
})

test('the chart says in a table what its bars show, and each bar leads to its node', async () => {
  const { $, run } = await show(tellWaits, 60)
  const cells = $('#tlt-news')
    .children()
    .get()
    .map((cell) => words($(cell).text()))
  expect(cells).toEqual(['News analyst', '2.0 s', '10.0 s', '6.0 s', '2.0 s', 'completed, critical'])
  expect($('#tl-news').attr('href')).toBe(`/runs/${run.runId}?node=news#report`)
  expect($('#timeline [style]')).toHaveLength(0)
})

test('the tools of an agent have rows of their own once it is selected', async () => {
  const { $, page } = await show(tellWaits, 60)
  expect($('#tl-market_tool_1')).toHaveLength(0)
  expect(words($('#tl-market .tl-more').text())).toBe('+1 tool call')
  const selected = await page('market')
  expect(words(selected('#tl-market_tool_1 .tl-label').text())).toBe('averages')
  expect(selected('#tl-market').attr('aria-current')).toBe('true')
})

test('a tool shows in the tree what it was asked, how much came back and how long it took; selected, its result', async () => {
  const { $, page } = await show((run) => {
    run.at(0, { type: 'run_started' })
    run.step(0, 3, 'market')
    run.tool(0, 1.5, 'market', 'averages', {
      args: { ticker: 'AAPL', note: HOSTILE },
      result: { note: HOSTILE },
    })
    run.tool(2, 3, 'market', 'momentum', { fails: 'no bars' })
    run.at(4, { type: 'run_completed', result: null })
  }, 60)
  const row = $('#n-market_tool_1')
  expect(words(row.find('.node-args').text())).toMatch(/^AAPL, <img src=x/)
  expect(words(row.find('.node-time').text())).toMatch(/^\d+ B 1\.5 s$/)
  expect(row.attr('title')).toContain('ticker AAPL')
  expect(words($('#n-market_tool_2 .node-reason').text())).toBe('no bars')
  const shown = await page('market_tool_1')
  expect(shown('#run-report pre').text()).toContain(JSON.stringify(HOSTILE))
  expect(shown('#run-report img, #run-report script')).toHaveLength(0)
  expect(words(shown('#run-report .card-head').text())).toContain('took 1.5 s')
})

test('the preview of a large result is its beginning', async () => {
  const { page } = await show((run) => {
    run.at(0, { type: 'run_started' })
    run.step(0, 3, 'market')
    run.tool(0, 1.5, 'market', 'averages', { result: 'x'.repeat(50_000) })
  }, 60)
  const $ = await page('market_tool_1')
  expect($('#run-report pre').text().length).toBeLessThan(4_100)
  expect($('#run-report').text()).toContain('The beginning; the journal and its artifacts have all 48.8 KB.')
})

test('a phase says in the tree what its agents used and waited, and all of it when selected', async () => {
  const { $, page } = await show(tellWaits, 60)
  expect(words($('#n-phase_analysts .node-sums').text())).toBe('2 calls · $0.0154 · waited 8.0 s')
  const selected = await page('phase_analysts')
  const facts = selected('#run-report dl > div')
    .get()
    .map((fact) => [selected(fact).children('dt').text(), selected(fact).children('dd').text()])
  expect(facts).toEqual([
    ['On the clock', '29.0 s'],
    ['Work of its members', '20.0 s'],
    ['Waiting for limits', '6.0 s'],
    ['Waiting to try again', '2.0 s'],
    ['Models', '2 calls, 7,100 tokens read, 900 written, 0.0154 USD'],
  ])
})

test('of a paused run neither a phase nor who was at work goes on', async () => {
  const { $ } = await show((run) => {
    run.at(0, { type: 'run_started' })
    run.step(0, 2, 'market')
    run.step(0, null, 'news')
    run.at(5, { type: 'run_paused', reason: 'asked' })
  }, 4_000)
  const icon = (id: string) => $(`#n-${id} > .icon`).text()
  expect(['phase_analysts', 'news', 'market', 'bull'].map(icon)).toEqual(['‖', '‖', '✓', '○'])
  expect($('#tl-news .tl-is-paused')).toHaveLength(1)
  expect($('[data-grow]')).toHaveLength(0)
  expect($('#tl-axis').text()).toContain('66 min')
})

test('while the run goes on now is marked, and of the chart only what moved is sent again', async () => {
  const { $, site, page } = await show((run) => {
    run.at(0, { type: 'run_started' })
    run.step(0, 4, 'market')
    run.step(0, null, 'news')
  }, 61)
  expect($('#tl-now')).toHaveLength(1)
  expect($('#tl-news [data-grow]').length).toBeGreaterThan(0)
  expect($('#tl-market [data-grow]')).toHaveLength(0)
  const region = (await page())('#run-timeline').html()!
  await moveTo(site, 66)
  expect((await page())('#tl-market').html()).toBe(load(region)('#tl-market').html())
})

test('a run in line and one that ended before any work say so instead of drawing nothing', async () => {
  const { $ } = await show(() => undefined, 5)
  expect($('#timeline').text()).toContain('as soon as the run has its place')
  const ended = await show((run) => run.at(3, { type: 'run_canceled', reason: 'asked' }), 60)
  expect(ended.$('#timeline').text()).toContain('ended before any work began')
})

test('every part that the chart marks is whole', async () => {
  const site = createPageSite()
  const run = createTimedRun(site.desk)
  tellWaits(run)
  run.tell()
  await moveTo(site, 60)
  const found = await site.pages.resolvePage(new URL(`http://desk/runs/${run.runId}?node=market`))
  const region = found!.regions.find(({ id }) => id === 'run-timeline')!
  const apart = takeApart(site.renderer.renderRegion(region, await region.data()))
  for (const [id, part] of apart.parts)
    expect(part.html.trimStart(), id).toMatch(new RegExp(`^<[a-z]+ [^>]*id="${id}"`))
  expect(findChangedParts(apart, apart)).toEqual([])
})
