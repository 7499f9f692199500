import { expect, test } from 'vitest'
import type { Summary } from '../../../src/runs/summary.ts'
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
  expect($('#sort option[selected]').attr('value')).toBe('ticker')
  expect($('.runs tbody tr').length).toBe(1)
  expect($('.runs tbody tr').text()).toContain('failed')
  expect($('th[aria-sort] a').text()).toContain('Ticker')
})

test('a status may be asked for in the words that people read, on the page and by programs', async () => {
  const site = createPageSite()
  const { running, pending, failed } = fillDesk(site.desk)
  for (const [asked, status, runId] of [
    ['failed', 'error', failed],
    ['running', 'in_progress', running],
    ['queued', 'pending', pending],
  ] as const) {
    const { $ } = await site.get(`/runs?status=${asked}`)
    expect($('#status option[selected]').attr('value'), asked).toBe(status)
    expect($(`.runs a[href="/runs/${runId}"]`), asked).toHaveLength(1)
    const list = async (word: string) =>
      (await (await site.request(`/runs?status=${word}`)).json()) as { run_id: string }[]
    expect(await list(asked), asked).toEqual(await list(status))
  }
})

test.each([
  ['status', 'busy', 'pending, in_progress'],
  ['kind', 'backtests', 'assessment'],
  ['sort', 'luck', 'launched, ticker'],
  ['dir', 'up', 'asc, desc'],
  ['verdict', 'MAYBE', 'BUY, HOLD'],
  ['by', 'luck', 'rules, models'],
  ['files', 'lost', 'whole, packed'],
  ['show', 'all', 'work, levels'],
])('a %s that there is none of is refused on the page as it is to programs', async (name, value, allowed) => {
  const { status, $ } = await createPageSite().get(`/runs?${name}=${value}`)
  expect(status).toBe(400)
  expect(words($('main').text())).toContain(`${name} "${value}" is not one of ${allowed}`)
})

test.each([
  ['from=2026-02-30', 'from "2026-02-30" is not a day'],
  ['from=2026-11-21&to=2026-11-20', 'from "2026-11-21" is after to "2026-11-20"'],
  ['as_of=yesterday', 'as_of "yesterday" is not a day'],
  ['ticker=a%2Fb', 'ticker "a/b" is not a ticker'],
  ['limit=101', 'limit "101" is not a whole number from 1 to 100'],
  ['after=x', 'after "x" is not the id of a run'],
])('what cannot be read in %s is named with its value', async (query, message) => {
  const { status, $ } = await createPageSite().get(`/runs?${query}`)
  expect(status).toBe(400)
  expect(words($('main').text())).toContain(message)
})

test('every part of the filter stands in the form as it was asked, also what is in the folded part', async () => {
  const site = createPageSite()
  fillDesk(site.desk)
  const { $ } = await site.get(
    '/runs?status=error,canceled&verdict=BUY&by=rules&from=2026-11-01&to=2026-11-30&as_of=2012-06-29&files=pruned&sort=cost&dir=asc&limit=25&show=levels',
  )
  const chosen = (name: string) => $(`#${name} option[selected]`).attr('value')
  expect(['status', 'verdict', 'by', 'files', 'sort', 'dir', 'limit'].map(chosen)).toEqual([
    ...['error,canceled', 'BUY', 'rules', 'pruned', 'cost', 'asc', '25'],
  ])
  expect(['from', 'to', 'as_of'].map((name) => $(`#${name}`).attr('value'))).toEqual([
    ...['2026-11-01', '2026-11-30', '2012-06-29'],
  ])
  expect($('#filter-more').attr('open')).toBeDefined()
  expect($('input[name=show]').attr('value')).toBe('levels')
  expect((await site.get('/runs?status=error')).$('#filter-more').attr('open')).toBeUndefined()
})

test('the list shows what a verdict sets, and what is left of the files', async () => {
  const site = createPageSite()
  const { completed, hold, running } = fillDesk(site.desk)
  const { list } = site.desk
  site.desk.list = (filter) => {
    const page = list(filter)
    const files = {
      state: 'pruned',
      since: '2026-11-21T00:00:00.000Z',
      imported_at: '2026-11-20T00:00:00.000Z',
    }
    return {
      ...page,
      runs: page.runs.map((run) =>
        run.run_id === hold ? { ...run, files: files as Summary['files'] } : run,
      ),
    }
  }
  const { $ } = await site.get('/runs?show=levels')
  const row = (runId: string) => $(`.runs a[href="/runs/${runId}"]`).closest('tr')
  const levels = (runId: string) =>
    row(runId)
      .find('.row-level')
      .map((_, cell) => $(cell).text())
      .get()
  expect(levels(completed)).toEqual(['584.00', '556.90', '638.20', '2.00', '20.0 %', '1'])
  expect(levels(hold)).toEqual(['–', '–', '–', '–', '–', '0'])
  // What can still come is left open.
  expect(levels(running)).toEqual(['', '', '', '', '', ''])
  const tags = row(hold).find('.tag')
  expect(words(tags.text())).toBe('prunedimported')
  expect(tags.first().attr('title')).toContain('(2026-11-21)')
  expect(row(completed).find('.tag')).toHaveLength(0)
  const work = (await site.get('/runs')).$
  expect(work('thead').text()).not.toContain('Entry')
  expect(work('.view-switch [aria-current]').text()).toBe('work')
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
  expect(newest).toHaveLength(8)
  expect(await tickers('?sort=launched&dir=asc')).toEqual([...newest].reverse())
  const { $ } = await site.get('/runs?status=completed')
  expect(
    $('thead a')
      .map((_, link) => $(link).attr('href'))
      .get(),
  ).toContain('/runs?status=completed&sort=confidence')
  const heading = async (query: string) => {
    const { $ } = await site.get(`/runs${query}`)
    const cell = $('th[aria-sort]')
    return [cell.attr('aria-sort'), cell.find('a').attr('href')]
  }
  expect(await heading('')).toEqual(['descending', '/runs?dir=asc'])
  expect(await heading('?sort=launched&dir=asc')).toEqual(['ascending', '/runs'])
  expect(await heading('?sort=ticker')).toEqual(['ascending', '/runs?sort=ticker&dir=desc'])
  expect(await heading('?sort=ticker&dir=desc')).toEqual(['descending', '/runs?sort=ticker'])
})

test('pages hang together without a gap or a repeat, forward and back, and say where one stands', async () => {
  const site = createPageSite()
  const all = Array.from({ length: 60 }, (_, i) => site.desk.add({ ticker: `T${i % 7}` }))
  for (const query of ['?limit=25', '?sort=ticker&limit=25&dir=desc']) {
    const walk = async (from: string, rel: string) => {
      const pages: string[][] = []
      const places: string[] = []
      let last = from
      for (let href: string | undefined = from; href;) {
        const { $ } = await site.get(href)
        const links = $('.runs .ticker').toArray()
        pages.push(links.map((link) => decodeURIComponent(link.attribs.href!.slice(6))))
        places.push(words($('.pager .sub').text()))
        last = href
        href = $(`a[rel=${rel}]`).attr('href')
      }
      return { pages, places, last }
    }
    const forward = await walk(`/runs${query}`, 'next')
    expect(forward.pages.flat().toSorted()).toEqual(all.toSorted())
    const back = await walk(forward.last, 'prev')
    expect(back.pages.reverse()).toEqual(forward.pages)
    expect(back.places.reverse()).toEqual(forward.places)
    expect(forward.places).toEqual(['1–25 of 60 runs', '26–50 of 60 runs', '51–60 of 60 runs'])
  }
})

test('a batch can be looked at as a list, and the list says so', async () => {
  const site = createPageSite()
  const { batch } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs?batch=${batch}&show=levels`)
  expect($('.runs tbody tr')).toHaveLength(7)
  expect($('main').text()).toContain(batch)
  expect($('input[name=batch]').attr('value')).toBe(batch)
  expect($('.view-switch a').first().attr('href')).toBe(`/runs?batch=${batch}&show=work`)
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
  expect(results).toContainEqual([completed, 'AAPL: BUY, as of 2012-06-29'])
  expect(results).toContainEqual([failed, 'IBM failed, as of 2012-06-29'])
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
    expect(row(completed).find('.row-cost').text()).toBe('–')
    expect(row(hold).find('.row-by').text()).toBe('–')
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
