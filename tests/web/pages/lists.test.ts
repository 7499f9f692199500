import { expect, test } from 'vitest'
import { fillDesk, fillThinking } from '../../support/page-desk.ts'
import { createPageSite } from '../../support/page-site.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

test('before the first run, the lists say what to do', async () => {
  const site = createPageSite()
  expect(words((await site.get('/')).$('#newest-runs').text())).toContain('No run yet. Type a ticker above')
  const runs = await site.get('/runs')
  expect(words(runs.$('#runs-table').text())).toContain('No run yet.')
  expect(runs.$('#runs-table a').attr('href')).toBe('/')
})

test('a filter that matches nothing says so and offers the way back', async () => {
  const site = createPageSite()
  fillDesk(site.desk)
  const { $ } = await site.get('/runs?q=nothing+such')
  expect(words($('#runs-table').text())).toBe('No run matches. Widen the filter, or clear it.')
  expect($('#q').attr('value')).toBe('nothing such')
})

test('the filter in the address is the one in the form and in the list', async () => {
  const site = createPageSite()
  fillDesk(site.desk)
  const { $ } = await site.get('/runs?status=error&ticker=ibm&sort=ticker')
  expect($('#status option[selected]').attr('value')).toBe('error')
  expect($('#ticker').attr('value')).toBe('ibm')
  expect($('input[name=sort]').attr('value')).toBe('ticker')
  expect($('.runs tbody tr').length).toBe(1)
  expect($('.runs tbody tr').text()).toContain('failed')
  expect($('th[aria-sort] a').text()).toContain('Ticker')
})

test.each([
  ['status', 'busy', 'pending, in_progress'],
  ['kind', 'backtest', 'assessment'],
  ['sort', 'luck', 'oldest'],
])('a %s that there is none of is refused on the page as it is to programs', async (name, value, allowed) => {
  const { status, $ } = await createPageSite().get(`/runs?${name}=${value}`)
  expect(status).toBe(400)
  expect(words($('main').text())).toContain(`${name} "${value}" is not one of ${allowed}`)
})

test('sorting puts every run in its place, and a heading links to its own order', async () => {
  const site = createPageSite()
  fillDesk(site.desk)
  const tickers = async (query: string) =>
    (await site.get(`/runs${query}`))
      .$('.runs .ticker')
      .toArray()
      .map((link) => link.attribs.href!)
  const newest = await tickers('')
  expect(await tickers('?sort=oldest')).toEqual([...newest].reverse())
  const { $ } = await site.get('/runs?status=completed')
  expect(
    $('thead a')
      .map((_, link) => $(link).attr('href'))
      .get(),
  ).toContain('/runs?status=completed&sort=confidence')
})

test('pages hang together without a gap or a repeat, in any order', async () => {
  const site = createPageSite()
  const all = Array.from({ length: 120 }, (_, i) => site.desk.add({ ticker: `T${i % 7}` }))
  for (const sort of ['', 'ticker']) {
    const seen: string[] = []
    for (let href: string | undefined = `/runs?sort=${sort}`; href;) {
      const { $ } = await site.get(href)
      seen.push(
        ...$('.runs .ticker')
          .toArray()
          .map((link) => decodeURIComponent(link.attribs.href!.slice(6))),
      )
      href = $('a[rel=next]').attr('href')
    }
    expect(seen.toSorted()).toEqual(all.toSorted())
  }
})

test('a batch has a tab for each run with its own bar and cancel, and the verdicts side by side', async () => {
  const site = createPageSite()
  const { batch, running, completed } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs?batch=${batch}&run=${running}`)
  expect($('[role=tab]')).toHaveLength(7)
  expect($('[role=tab][aria-selected=true]').text()).toContain('MSFT')
  expect($('[role=tab][aria-selected=true] progress').attr('value')).toBe('42')
  expect(
    $('.tab-cell form')
      .map((_, form) => $(form).attr('action'))
      .get(),
  ).toContain(`/runs/${running}/cancel`)
  expect($('.tab-cell form')).toHaveLength(3)
  const verdict = $('#batch-verdicts tbody tr').filter((_, row) => $(row).text().includes('584.00'))
  expect(words(verdict.text())).toContain('AAPL')
  expect(
    $('[role=tab]')
      .toArray()
      .some((tab) => tab.attribs.href!.includes(encodeURIComponent(completed))),
  ).toBe(true)
  expect($('#run-header').text()).toContain(running)
  expect($('[data-node=market]').attr('href')).toBe(`/runs?batch=${batch}&run=${running}&node=market#report`)
})

test('the tray has active runs first, at most five, without canceled ones, and tells which results are new', async () => {
  const site = createPageSite()
  const { running, completed, failed, canceled } = fillDesk(site.desk)
  const { $ } = await site.get('/')
  const shown = $('.tray-runs a')
    .map((_, link) => $(link).attr('href'))
    .get()
  expect(shown).toHaveLength(5)
  expect(shown).toContain(`/runs/${running}`)
  expect(shown).not.toContain(`/runs/${canceled}`)
  expect(words($('.tray-count').text())).toBe('1 running · 1 queued')
  const results = $('[data-results] li')
    .map((_, item) => [[item.attribs['data-run'], $(item).text()]])
    .get()
  expect(results).toContainEqual([completed, 'AAPL: BUY'])
  expect(results).toContainEqual([failed, 'IBM failed'])
})

test('a list tells rules from models, and what those have cost', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { completed, hold } = fillDesk(site.desk)
  const shapes: Record<string, string | null> = {
    [thought]:
      'llm analysts=market rounds=1 repeats=1 market=openai:gpt-4.1-mini portfolio_manager=openai:gpt-4.1',
    [completed]: 'rules analysts=market rounds=1',
  }
  const { list } = site.desk
  site.desk.list = (filter) => {
    const page = list(filter)
    return { ...page, runs: page.runs.map((run) => ({ ...run, shape: shapes[run.run_id] ?? null })) }
  }
  for (const path of ['/', '/runs?sort=cost']) {
    const { $ } = await site.get(path)
    const row = (runId: string) => $(`.runs a[href="/runs/${runId}"]`).closest('tr')
    if (path !== '/') expect($('.runs .ticker').first().attr('href')).toBe(`/runs/${thought}`)
    expect(row(completed).find('.row-by').text()).toBe('rules')
    expect(row(completed).find('.row-cost').text()).toBe('')
    expect(row(hold).find('.row-by').text()).toBe('')
    if (row(thought).length === 0) continue
    expect(row(thought).find('.row-by').text()).toBe('gpt-4.1')
    expect(row(thought).find('.row-by').attr('title')).toBe('openai:gpt-4.1')
    expect(row(thought).find('.row-cost').text()).toBe('0.1178 USD')
  }
})

test('a failed run that was gone on with leaves the tray, another one stays', async () => {
  const site = createPageSite()
  const fail = () => {
    const runId = site.desk.add({ ticker: 'IBM' })
    site.desk.emit(runId, { type: 'run_failed', error: 'prices ended' })
    return runId
  }
  const [left, gone] = [fail(), fail()]
  const shown = async () =>
    (await site.get('/'))
      .$('.tray-runs a')
      .map((_, link) => link.attribs.href)
      .get()
  expect((await shown()).sort()).toEqual([`/runs/${left}`, `/runs/${gone}`].sort())
  const again = site.desk.add({
    ticker: 'IBM',
    identity: { reuse: { run_id: gone, from_step: null, keys: ['data'] } },
  })
  expect(await shown()).toEqual([`/runs/${again}`, `/runs/${left}`])
})
