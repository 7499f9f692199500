import { expect, test } from 'vitest'
import { NotFoundError } from '../../../src/core/errors.ts'
import { formatAge } from '../../../src/web/view-models/verdicts-view.ts'
import { decisionOf, fillDesk, HOSTILE } from '../../support/page-desk.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

function decide(site: PageSite, ticker: string, facts: Parameters<typeof decisionOf>[1] = {}): string {
  const runId = site.desk.add({ ticker })
  site.desk.emit(runId, { type: 'decision_ready', decision: decisionOf(runId, { ticker, ...facts }) })
  site.desk.complete(runId)
  return runId
}

async function tickers(site: PageSite, query = ''): Promise<string[]> {
  const { $ } = await site.get(`/verdicts${query}`)
  return $('.verdicts .ticker')
    .map((_, link) => $(link).text())
    .get()
}

test('before the first verdict the page says what to do, and for a ticker without one as well', async () => {
  const site = createPageSite()
  expect(words((await site.get('/verdicts')).$('#verdicts-table').text())).toContain('No verdict yet.')
  decide(site, 'AAPL')
  expect(words((await site.get('/verdicts?tickers=MSFT')).$('#verdicts-table').text())).toContain(
    'No verdict on MSFT yet.',
  )
  const both = await site.get('/verdicts?tickers=MSFT,aapl')
  expect(both.$('#verdicts-table .note').text()).toBe('No verdict on MSFT yet.')
  expect(both.$('.verdicts .ticker').text()).toBe('AAPL')
})

test('each ticker has one row: what it says, and what has changed since the verdict before', async () => {
  const site = createPageSite()
  const { completed, hold } = fillDesk(site.desk)
  const { status, $ } = await site.get('/verdicts')
  expect([status, site.faults]).toEqual([200, []])
  const row = (runId: string) => $(`.verdicts a.ticker[href="/runs/${runId}"]`).closest('tr')
  expect($('.verdicts tbody tr')).toHaveLength(2)
  expect(words(row(completed).text())).toMatch(
    /^AAPL ▲BUY 0\.64 2012-06-29 14 years 584\.00 556\.90 638\.20 2\.00 ■HOLD → ▲BUY since 2012-05-31 compare/,
  )
  expect(row(completed).find('.since-list').text()).toBe('Trend turned up')
  expect(words(row(hold).find('.row-since').text())).toBe('the first verdict')
  const compare = row(completed).find('.row-since a').attr('href')!
  expect((await site.get(compare)).$('.compare thead .ticker')).toHaveLength(2)
})

test('long lists of changes are cut, and what they say is shown as the text it is', async () => {
  const site = createPageSite()
  const changed = ['The verdict went from HOLD to BUY.', HOSTILE, 'b', 'c', 'd', 'e']
  const runId = decide(site, 'AAPL', {
    prior: { run_id: 'AAPL--2026-11-20_10.00.00--ffffff', action: 'HOLD', as_of: '2012-05-31', changed },
  })
  const { $ } = await site.get('/verdicts')
  expect(
    $('.since-list li')
      .map((_, item) => $(item).text())
      .get(),
  ).toEqual([HOSTILE, 'b', 'c', '2 more'])
  expect($('.since-list a').attr('href')).toBe(`/runs/${runId}`)
  // The verdict before is not listed any more.
  expect($('.row-since a[href^="/runs/compare"]')).toHaveLength(0)
})

test('sorted by heading, either way, and paged without a gap', async () => {
  const site = createPageSite()
  const all = Array.from({ length: 60 }, (_, i) => `T${String(i).padStart(2, '0')}`)
  all.forEach((ticker, i) => decide(site, ticker, { confidence: ((i * 7) % 60) / 100 }))
  expect(await tickers(site, '?sort=ticker')).toEqual(all.slice(0, 50))
  expect(await tickers(site, '?sort=ticker&page=2')).toEqual(all.slice(50))
  expect(await tickers(site, '?sort=ticker&dir=desc')).toEqual(all.toReversed().slice(0, 50))
  const byConfidence = all.toSorted(
    (a, b) => ((Number(b.slice(1)) * 7) % 60) - ((Number(a.slice(1)) * 7) % 60),
  )
  expect(await tickers(site, '?sort=confidence')).toEqual(byConfidence.slice(0, 50))
  const { $ } = await site.get('/verdicts?sort=ticker&page=2')
  expect(words($('.pager').text())).toBe('51–60 of 60 tickersFirst pagePrevious page')
  expect($('th[aria-sort] a').attr('href')).toBe('/verdicts?sort=ticker&dir=desc')
  expect(words((await site.get('/verdicts?page=9')).$('.empty').text())).toContain('Nothing further')
})

test('a decision is read once, and never more than a page of them', async () => {
  const site = createPageSite()
  for (let i = 0; i < 120; i++) decide(site, `T${i}`)
  const read: string[] = []
  const { decision } = site.desk
  site.desk.decision = (runId) => (read.push(runId), decision(runId))
  await site.get('/verdicts')
  expect(read).toHaveLength(50)
  await site.get('/verdicts?sort=ticker&dir=asc')
  await site.get('/verdicts')
  expect(new Set(read).size).toBe(read.length)
})

test('a verdict whose decision is gone keeps its row, with what the list knows of it', async () => {
  const site = createPageSite()
  decide(site, 'AAPL')
  site.desk.decision = () => Promise.reject(new NotFoundError('gone'))
  const { $ } = await site.get('/verdicts')
  expect(words($('.verdicts tbody tr').text())).toContain('584.00')
  expect($('.row-since').text()).toBe('its decision cannot be read any more')
})

test.each([
  ['sort=luck', 'sort "luck" is not one of ticker, verdict'],
  ['dir=up', 'dir "up" is not one of asc, desc'],
  ['page=0', 'page "0" is not a whole number from 1'],
  ['tickers=a%2Fb', 'tickers "a/b" is not a ticker'],
])('%s is refused by name', async (query, message) => {
  const page = await createPageSite().get(`/verdicts?${query}`)
  expect([page.status, words(page.$('[role=alert]').text())]).toEqual([400, expect.stringContaining(message)])
})

test('programs get the decisions as JSON at the same address', async () => {
  const site = createPageSite()
  const runId = decide(site, 'AAPL')
  const answer = await site.request('/verdicts?tickers=aapl')
  expect(answer.headers.get('vary')).toContain('Accept')
  expect(await answer.json()).toMatchObject([{ ticker: 'AAPL', run_id: runId, decision: { action: 'BUY' } }])
  expect((await site.request('/verdicts?sort=ticker')).status).toBe(400)
})

test('an age is as exact as it is worth', () => {
  expect([0, 1, 59, 60, 365, 730, 731, 5_000].map(formatAge)).toEqual([
    ...['today', '1 day', '59 days', '1 month', '11 months', '23 months', '2 years', '13 years'],
  ])
})
