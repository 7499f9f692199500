import type { CheerioAPI } from 'cheerio'
import { expect, test } from 'vitest'
import { NotFoundError } from '../../../../src/core/errors.ts'
import type { BacktestResult } from '../../../../src/lab/backtest-result.ts'
import { addJob, emitChunk, heatmapOf, resultOf, trialOf } from '../../../support/job-results.ts'
import { createPageSite } from '../../../support/page-site.ts'
import { createScriptedLab, type LabScript } from '../../../support/scripted-lab.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

function siteOf(found: LabScript = {}) {
  return createPageSite({ lab: createScriptedLab({ result: async () => resultOf(), ...found }) })
}

const search: LabScript = {
  heatmap: async () => heatmapOf(),
  trials: async (_id, { offset, limit }) => ({
    trials: Array.from({ length: limit }, (_, i) => trialOf(offset + i, 1 + i, 101 + offset)),
    total: 10_000,
  }),
}

function rowOf($: CheerioAPI, label: string): string[] {
  const row = $('.stat-table tbody tr').filter((_, one) => $(one).find('th').text() === label)
  return row
    .find('td')
    .map((_, cell) => $(cell).text())
    .get()
}

test('a backtest shows all its statistics beside buying and holding, and a dash says why it is one', async () => {
  const site = siteOf()
  const { $ } = await site.get(`/runs/${addJob(site.desk, 'backtest')}`)
  expect(site.faults).toEqual([])
  expect($('.stat-table tbody tr')).toHaveLength(32)
  expect(
    $('.stat-table thead th:first-child')
      .map((_, th) => $(th).text())
      .get(),
  ).toEqual([...['Account', 'Return', 'Risk', 'Trades']])
  expect(rowOf($, 'Return')).toEqual(['+462.6 %', '+698.2 %'])
  expect(rowOf($, 'Sharpe')).toEqual(['0.601', '0.684'])
  expect(rowOf($, 'Profit factor')).toEqual(['1.993', '–'])
  const dash = $('.stat-table td[title]').filter((_, cell) => $(cell).text() === '–')
  expect(dash.map((_, cell) => cell.attribs.title).get()).toContain('No trade was closed')
  expect(words($('.lab-series').text())).toContain(
    'GOOGsample, adjusted for splits and dividends, 2004-08-19 to 2005-10-12, 300 bars',
  )
})

test('figures that could not have been earned have a warning above them', async () => {
  const above = async (caveats: BacktestResult['caveats']) => {
    const site = siteOf({ result: async () => resultOf(300, { caveats }) })
    const { $ } = await site.get(`/runs/${addJob(site.desk, 'backtest')}`)
    const alert = $('#job-statistics .headlines').prevAll('[role=alert]').toArray()
    return alert.map((one) => words($(one).find('b').text()))
  }
  expect(await above(['looks-ahead'])).toEqual(['This strategy looks ahead.'])
  expect(await above(['in-sample'])).toEqual(['In sample.'])
  expect(await above(undefined)).toEqual([])
})

test('equity stands under the headlines and what is luck under it; the work itself comes last', async () => {
  const site = siteOf(search)
  const shown = async (kind: 'backtest' | 'optimize') => {
    const { $ } = await site.get(`/runs/${addJob(site.desk, kind)}`)
    return $('.run-grid [data-region]')
      .map((_, one) => one.attribs.id!)
      .get()
      .filter((id) => id.startsWith('job-') || id === 'run-tree')
  }
  const result = ['job-figures', 'job-trades', 'job-months', 'job-distribution']
  expect(await shown('backtest')).toEqual(['job-statistics', 'job-equity', ...result, 'run-tree'])
  expect(await shown('optimize')).toEqual([
    ...['job-search', 'job-statistics', 'job-equity', 'job-honesty', 'job-heatmap', 'job-trials'],
    ...['job-parallel', ...result, 'run-tree'],
  ])
})

test('equity, months, distribution and trades follow, each with words of its own', async () => {
  const site = siteOf()
  const id = addJob(site.desk, 'backtest')
  const { $, html } = await site.get(`/runs/${id}`)
  expect($('#job-equity svg[role=img] desc').first().text()).toMatch(/^Equity from 10,000\.00 to /)
  expect($('.months tbody tr')).toHaveLength(2)
  expect($('.months tbody tr').first().find('td').first().text()).toBe('')
  expect($('.months tbody tr').first().find('td')).toHaveLength(13)
  expect($('#job-distribution svg')).toHaveLength(2)
  expect($('.trades tbody tr').length).toBeGreaterThan(5)
  expect($('#job-trades a[download]').attr('href')).toBe(`/jobs/${id}/trades.csv`)
  expect(html).not.toMatch(/\sstyle=/)
})

test('trades are sorted and turned over by plain links, which keep what else was asked', async () => {
  const many = resultOf(2_000)
  const site = siteOf({ result: async () => many })
  const id = addJob(site.desk, 'backtest')
  const first = await site.get(`/runs/${id}?from=2005-01-01`)
  expect(words(first.$('#job-trades .card-head .sub').text())).toBe(
    `1–25 of ${many.trades.length} trades: ${many.trades.length - 1} closed, 1 open`,
  )
  const pnl = first.$('.trades thead a').filter((_, a) => first.$(a).text() === 'P&L')
  expect(pnl.attr('href')).toBe(`/runs/${id}?trades=-pnl&from=2005-01-01#job-trades`)
  const sorted = await site.get(`/runs/${id}?trades=-pnl&tpage=2`)
  expect(sorted.$('.trades th[aria-sort]').attr('aria-sort')).toBe('descending')
  const amounts = sorted
    .$('.trades tbody tr')
    .map((_, row) => Number(sorted.$(row).find('td').eq(8).text().replace('−', '-').replaceAll(',', '')))
    .get()
  expect(amounts).toEqual(amounts.toSorted((a, b) => b - a))
  expect(sorted.$('#job-trades .pager a').first().attr('href')).toBe(`/runs/${id}?trades=-pnl#job-trades`)
  const beyond = await site.get(`/runs/${id}?tpage=99`)
  expect(beyond.$('#job-trades').text()).toContain('no further trades')
})

test('a stretch of the curve is a link; one without bars says so', async () => {
  const site = siteOf()
  const id = addJob(site.desk, 'backtest')
  const { $ } = await site.get(`/runs/${id}`)
  const ranges = $('.range-links a')
    .map((_, a) => $(a).text())
    .get()
  expect(ranges).toEqual(['All', '1 y', '6 m', '3 m'])
  const half = await site.get($('.range-links a').eq(2).attr('href')!.replace(/#.*/, ''))
  expect(half.$('.range-links [aria-current]').text()).toBe('6 m')
  expect(half.$('#job-equity svg title').first().text()).toContain('2005-04-12 to 2005-10-12')
  const none = await site.get(`/runs/${id}?from=2001-01-01&to=2001-02-01`)
  expect(words(none.$('#job-equity').text())).toContain(
    'Between 2001-01-01 and 2001-02-01 there is nothing to draw. Show all of it',
  )
})

test('money and prices can be seen by ratio', async () => {
  const site = siteOf()
  const id = addJob(site.desk, 'backtest')
  const linear = await site.get(`/runs/${id}`)
  const way = linear.$('.range-form a')
  expect([way.text(), way.attr('href')]).toEqual([
    'Linear scale, show log',
    `/runs/${id}?scale=log#job-equity`,
  ])
  const log = await site.get(`/runs/${id}?scale=log`)
  expect(log.$('.range-form a').text()).toBe('Log scale, show linear')
  expect(log.$('#job-equity .chart-line').last().attr('d')).not.toBe(
    linear.$('#job-equity .chart-line').last().attr('d'),
  )
})

test('they are seen by ratio at first where buying and holding ends far above the strategy', async () => {
  const { curve } = resultOf()
  const dwarfed = { ...curve, buy_and_hold: curve.equity.map((value) => value * 4) }
  const site = siteOf({ result: async () => resultOf(300, { curve: dwarfed }) })
  const id = addJob(site.desk, 'backtest')
  const labelAt = async (query: string) => (await site.get(`/runs/${id}${query}`)).$('.range-form a').text()
  expect(await labelAt('')).toBe('Log scale, show linear')
  expect(await labelAt('?scale=linear')).toBe('Linear scale, show log')
})

test('what cannot be asked is refused by name', async () => {
  const site = siteOf(search)
  const id = addJob(site.desk, 'optimize')
  for (const [query, message] of [
    ['trades=profit', 'trades is "profit"'],
    ['tpage=0', 'tpage is "0"; allowed: 1 and up'],
    ['from=2010-13-40', 'from is "2010-13-40"; allowed: a date'],
    ['stat=sharp_ratio', 'stat is "sharp_ratio"; did you mean "sharpe_ratio"?'],
    ['from.fast=x', 'from.fast is "x"'],
    ['cell=1:2', 'cell is "1:2"; allowed: four numbers'],
  ] as const) {
    const page = await site.get(`/runs/${id}?${query}`)
    expect([page.status, words(page.$('[role=alert]').text())]).toEqual([
      400,
      expect.stringContaining(message),
    ])
  }
})

test('a search under way shows how far it is and the best so far, and sends nothing large with each step of it', async () => {
  let asked = 0
  const site = siteOf({ ...search, heatmap: async () => (asked++, heatmapOf()) })
  const id = addJob(site.desk, 'optimize', { ended: null, done: 0.5 })
  const page = await site.pages.resolvePage(new URL(`http://desk/runs/${id}`))
  const html = async (region: string) => {
    const found = page!.regions.find((one) => one.id === region)!
    return site.renderer.renderRegion(found, await found.data())
  }
  const best = words(await html('job-search')).replace(/<[^>]+>/g, '')
  expect(best).toContain(
    '5,000 of 10,000 tries run for the highest Sharpe · 45 left out by the constraint · 5 could not be run',
  )
  expect(best).toMatch(/Best so far.*fast 6.*slow 157.*try 566/)
  const map = await html('job-heatmap')
  expect(map).toContain('after 5,000 of 10,000 tries')
  expect(map).not.toContain('<a ')
  emitChunk((body) => site.desk.emit(id, body as never), 5)
  expect((await html('job-search')).length).toBeLessThan(2_000)
  expect(await html('job-search')).toContain('6,000 of 10,000')
  expect(await html('job-heatmap')).toBe(map)
  expect(asked).toBe(1)
  for (const chunk of [6, 7]) emitChunk((body) => site.desk.emit(id, body as never), chunk)
  expect(await html('job-heatmap')).toContain('after 8,000 of 10,000 tries')
  expect(asked).toBe(2)
})

test('a search that has ended shows its heatmap with a link for each cell, and its tries by the objective', async () => {
  const site = siteOf(search)
  const id = addJob(site.desk, 'optimize')
  const { $ } = await site.get(`/runs/${id}`)
  const cells = $('#job-heatmap svg.chart a')
  expect(cells).toHaveLength(100)
  expect(cells.first().attr('href')).toBe(`/runs/${id}/trials/0`)
  expect(cells.first().find('title').text()).toMatch(/^fast 1, slow 101: −?0\.\d+$/)
  expect($('#job-heatmap .heat-sequential')).toHaveLength(1)
  expect($('.heat-scale path')).toHaveLength(9)
  expect($('#job-heatmap select[name=stat] option[selected]').text()).toBe('Sharpe')
  expect($('.trials tbody tr')).toHaveLength(20)
  expect($('.trials th[aria-sort]').text()).toContain('Sharpe')
  expect($('.trials tbody a').first().attr('href')).toBe(`/runs/${id}/trials/0`)
  expect(words($('#job-statistics h2').text())).toBe('Statistics of the best try')
  expect($('#job-parallel').children()).toHaveLength(0)
})

test('a cell that stands for several tries leads further down, and from there back to the whole', async () => {
  const queries: unknown[] = []
  const tables: unknown[] = []
  const site = siteOf({
    ...search,
    heatmap: async (_id, query) => (queries.push(query), heatmapOf(10, 10, 4)),
    trials: async (id, query) => (tables.push(query), search.trials!(id, query)),
  })
  const id = addJob(site.desk, 'optimize')
  const { $ } = await site.get(`/runs/${id}?x=slow`)
  const href = $('#job-heatmap svg.chart a').first().attr('href')!
  expect(href).toContain('x=slow')
  expect(href).toContain('#job-heatmap')
  expect($('#job-heatmap').text()).toContain('A cell stands for several tries')
  const down = await site.get(href.replace(/#.*/, ''))
  expect(queries.at(-1)).toMatchObject({ x: 'slow', y: 'fast', within: { slow: [1, 4], fast: [101, 104] } })
  expect(tables).toContainEqual(
    expect.objectContaining({ limit: 20, within: { slow: [1, 4], fast: [101, 104] } }),
  )
  expect(words(down.$('#job-trials .card-head .sub').text())).toContain('of the cells shown above')
  expect(down.$('#job-trials .card-head a').attr('href')).toContain('from.slow=1&to.slow=4')
  // Asked for another statistic, it stays where it is.
  expect(
    down
      .$('.heat-form input')
      .map((_, input) => `${input.attribs.name}=${input.attribs.value}`)
      .get(),
  ).toEqual([...['from.slow=1', 'to.slow=4', 'from.fast=101', 'to.fast=104']])
  const whole = down.$('#job-heatmap .card-head a')
  expect(whole.text()).toBe('Whole range')
  expect(whole.attr('href')).toBe(`/runs/${id}?x=slow#job-heatmap`)
})

test('with three parameters there are parallel coordinates of the best tries as well', async () => {
  const site = siteOf({
    ...search,
    trials: async (_id, { limit }) => ({
      trials: Array.from({ length: Math.min(limit, 40) }, (_, i) => {
        const trial = trialOf(i, 1 + i, 101 + i)
        return { ...trial, params: { ...trial.params, stop: i / 10 } }
      }),
      total: 40,
    }),
  })
  const id = addJob(site.desk, 'optimize', { done: 0, ended: null })
  const emit = (body: object) => site.desk.emit(id, body as never)
  emit({ type: 'search_planned', planned: 1_000, names: ['fast', 'slow', 'stop'], maximize: 'sharpe_ratio' })
  emitChunk(emit, 0)
  site.desk.complete(id)
  const { $ } = await site.get(`/runs/${id}`)
  expect(
    $('#job-parallel svg')
      .first()
      .find('.chart-name')
      .map((_, one) => $(one).text())
      .get(),
  ).toEqual([...['fast', 'slow', 'stop', 'Sharpe']])
  expect($('#job-heatmap').text()).toContain('Of the tries that differ only in stop')
})

test('a walk-forward shows its folds as they end, then efficiency and stability', async () => {
  const site = siteOf()
  const running = await site.get(`/runs/${addJob(site.desk, 'walk-forward', { ended: null, done: 0.5 })}`)
  expect(words(running.$('#job-folds .card-head').text())).toBe('Folds3 of 6 folds')
  expect(running.$('.folds tbody tr')).toHaveLength(3)
  expect(running.$('#job-folds .headlines')).toHaveLength(0)
  const { $ } = await site.get(`/runs/${addJob(site.desk, 'walk-forward')}`)
  expect(words($('#job-folds .headlines').text())).toBe(
    'Efficiency27 %Folds that made money4 of 6faststeady (0.04)slowwanders (0.31)',
  )
  expect($('#job-folds svg.chart').first().find('.fold-test')).toHaveLength(6)
  expect(words($('#job-statistics h2').text())).toBe('Statistics out of sample')
})

test('a training says whether it beats the plain guess, how far its forecasts hold and what they rest on', async () => {
  const site = siteOf()
  const { $ } = await site.get(`/runs/${addJob(site.desk, 'train')}`)
  expect(site.faults).toEqual([])
  expect(words($('.lab-verdict').text())).toBe(
    'Right 0.3 points more often than the plain guess: as little as chance gives as well.',
  )
  expect($('.calib-dot')).toHaveLength(4)
  expect(
    $('.importance tbody th')
      .map((_, one) => $(one).text())
      .get(),
  ).toEqual(['rsi-14', 'roc-5', 'z-20', 'atr-14'])
  expect($('.folds tbody tr')).toHaveLength(5)
})

test('what is not there is named once, with when it comes or why it does not; no other part shows an empty card', async () => {
  const site = siteOf({
    ...search,
    result: async () => {
      throw new NotFoundError('pruned')
    },
  })
  /** The first paragraph of a part, and which parts show anything. */
  const look = async (id: string, part = 'job-statistics') => {
    const { $ } = await site.get(`/runs/${id}`)
    const shown = $('.lab-card > [data-region]').filter((_, one) => $(one).children().length > 0)
    const parts = shown.map((_, one) => one.attribs.id!.replace('job-', '')).get()
    return { said: words($(`#${part} > p`).first().text()), parts, $ }
  }
  const rest = 'equity, monthly returns, the distribution of returns and trades'
  const failed = await look(addJob(site.desk, 'backtest', { ended: 'error', done: 0 }))
  expect(failed.said).toBe(
    `The job failed before statistics, ${rest} could be worked out; the reason stands above.`,
  )
  expect(failed.parts).toEqual(['statistics'])
  const canceled = await look(addJob(site.desk, 'optimize', { ended: 'canceled', done: 0.3 }))
  expect(canceled.said).toMatch(/^The job was cancelled before what is luck in it, .* could be worked out\.$/)
  expect(canceled.parts).toEqual(['search', 'statistics', 'heatmap', 'trials'])
  expect(words(canceled.$('#job-search').text())).toContain('3,000 of 10,000 tries run')
  expect(canceled.$('#job-heatmap svg.chart a')).toHaveLength(100)
  const waiting = await look(site.desk.add({ kind: 'walk-forward', started: false }))
  expect(waiting.said).toBe(
    `The folds, what is luck in it, statistics, ${rest} come once this job has had its turn; it waits for a free place.`,
  )
  expect(waiting.parts).toEqual(['statistics'])
  const working = await look(addJob(site.desk, 'backtest', { ended: null, done: 0 }))
  expect(working.said).toBe(`Statistics, ${rest} come when the work for it is done.`)
  expect(working.parts).toEqual(['statistics'])
  const training = await look(addJob(site.desk, 'train', { ended: null, done: 0 }), 'job-model')
  expect(training.said).toBe('The model comes when the work for it is done.')
  const pruned = addJob(site.desk, 'backtest')
  site.desk.pruned.add(pruned)
  expect((await look(pruned)).said).toBe(
    `Statistics, ${rest} went with the job’s files. Running it again makes the same ones.`,
  )
  expect(site.faults).toEqual([])
})
