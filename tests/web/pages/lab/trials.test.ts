import { expect, test } from 'vitest'
import { NotFoundError } from '../../../../src/core/errors.ts'
import type { TrialQuery } from '../../../../src/lab/lab-desk.ts'
import { addJob, resultOf, trialOf } from '../../../support/job-results.ts'
import { createPageSite, type PageSite } from '../../../support/page-site.ts'
import { createScriptedLab } from '../../../support/scripted-lab.ts'
import { STRATEGIES } from '../../../support/lab-strategies.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

interface SearchSite extends PageSite {
  search: string
  queries: TrialQuery[]
}

function createSearchSite(): SearchSite {
  const queries: TrialQuery[] = []
  const lab = createScriptedLab({
    strategies: STRATEGIES,
    async trials(_id, query) {
      queries.push(query)
      const rows = Array.from({ length: 100 }, (_, i) => trialOf(i, 1 + (i % 10), 101 + Math.floor(i / 10)))
      return { trials: rows.slice(query.offset, query.offset + query.limit), total: 100 }
    },
    async inspectTrial(runId, trial) {
      if (trial >= 100) throw new NotFoundError(`run ${runId} has no trial ${trial}`)
      return resultOf(300, { params: { fast: 6, slow: 163 } })
    },
  })
  const site = createPageSite({ lab })
  return Object.assign(site, { search: addJob(site.desk, 'optimize'), queries })
}

const post = (site: PageSite, path: string) =>
  site.request(path, { method: 'POST', headers: { Accept: 'text/html' } })

test('a try shows what a backtest with its parameters shows, and becomes one at the press of a button', async () => {
  const site = createSearchSite()
  const path = `/runs/${site.search}/trials/62`
  const { status, $ } = await site.get(path)
  expect([status, site.faults]).toEqual([200, []])
  expect(words($('.head').text())).toContain('GOOG try 62 sma-cross fast 6, slow 163')
  expect($('.stat-table tbody tr').length).toBeGreaterThan(25)
  expect($('#job-equity svg[role=img]').length).toBeGreaterThan(0)
  expect($('.trades tbody tr').length).toBeGreaterThan(5)
  expect($('.head form').attr('action')).toBe(`${path}/backtest`)
  const change = new URL($('.head a.button').attr('href')!, 'http://desk')
  expect(Object.fromEntries(change.searchParams)).toMatchObject({
    ...{ kind: 'backtest', 'param.fast': '6', 'param.slow': '163' },
  })
  const response = await post(site, `${path}/backtest`)
  expect([response.status, response.headers.get('location')]).toEqual([
    303,
    expect.stringMatching(/^\/runs\//),
  ])
  expect(site.desk.launches).toEqual([
    [{ kind: 'backtest', input: { ticker: 'GOOG', params: { fast: 6, slow: 163 } } }],
  ])
})

test('the trades of a try are sorted and turned over on its own page', async () => {
  const site = createSearchSite()
  const { $ } = await site.get(`/runs/${site.search}/trials/62?trades=-pnl`)
  expect($('.trades th[aria-sort=descending]').text()).toContain('P&L')
  for (const link of $('.trades th a').toArray())
    expect(link.attribs.href).toMatch(new RegExp(`^/runs/${site.search}/trials/62`))
})

test('a try there is not, or of a run that searches nothing, is not found', async () => {
  const site = createSearchSite()
  const backtest = addJob(site.desk, 'backtest')
  for (const path of [
    `/runs/${site.search}/trials/100`,
    `/runs/${site.search}/trials/first`,
    `/runs/${backtest}/trials/1`,
    `/runs/${backtest}/trials`,
    '/runs/GOOG--2026-11-20_10.00.00--ffffff/trials/1',
  ]) {
    expect((await site.get(path)).status, path).toBe(404)
  }
  expect((await post(site, `/runs/${backtest}/trials/1/backtest`)).status).toBe(404)
  expect(site.desk.launches).toEqual([])
})

test('of a search whose files were pruned both pages say what became of the tries', async () => {
  const site = createSearchSite()
  site.desk.pruned.add(site.search)
  for (const path of [`/runs/${site.search}/trials/3`, `/runs/${site.search}/trials`]) {
    const { status, $ } = await site.get(path)
    expect(status).toBe(200)
    expect($('.empty').text()).toContain('were pruned')
    expect($('form[method=post]').not('[data-quiet]')).toHaveLength(0)
  }
})

test('all tries are a table: sorted by any statistic, within ranges, a page at a time, and as files', async () => {
  const site = createSearchSite()
  const path = `/runs/${site.search}/trials`
  const { $ } = await site.get(path)
  expect($('.trials tbody tr')).toHaveLength(20)
  expect($('.trials tbody a').first().attr('href')).toBe(`${path}/0`)
  expect($('#f-trials option[selected]').attr('value')).toBe('-sharpe_ratio')
  expect(
    $('.head a[download]')
      .map((_, link) => $(link).attr('href'))
      .get(),
  ).toEqual([`/jobs/${site.search}/trials.csv`, `/jobs/${site.search}/trials.json`])
  const asked = await site.get(`${path}?trials=-calmar_ratio&from.fast=2&to.fast=5&to.slow=150&page=3`)
  expect(site.queries.at(-1)).toEqual({
    ...{ sort: 'calmar_ratio', descending: true, offset: 40, limit: 20 },
    within: { fast: [2, 5], slow: [-Infinity, 150] },
  })
  expect(asked.$('[name="from.fast"]').val()).toBe('2')
  expect(asked.$('[name="from.slow"]').val()).toBe('')
  const next = new URL(asked.$('a[rel=next]').attr('href')!, 'http://desk')
  expect(next.pathname).toBe(path)
  expect(Object.fromEntries(next.searchParams)).toMatchObject({ 'to.slow': '150', page: '4' })
  expect((await site.get(`${path}?trials=-shrape`)).status).toBe(400)
  expect((await site.get(`${path}?from.fast=few`)).status).toBe(400)
})

test('the head of a job at work says when it started, how far it is, where its log is, and can be asked again', async () => {
  const site = createSearchSite()
  const id = addJob(site.desk, 'walk-forward', { ended: null, done: 0.5 })
  site.desk.emit(id, { type: 'run_progress', fraction: 0.62, message: 'Param 3/10, Fold 2/5' })
  const { $, html } = await site.get(`/runs/${id}`)
  const head = $('#run-header')
  expect(words(head.text())).toContain('started 2026-11-20 10:00')
  expect(head.find('.progress-message').text()).toBe('Param 3/10, Fold 2/5')
  expect(head.find('.eta').text()).toMatch(/^about .* left$/)
  expect(head.find('a[data-soft]').attr('href')).toBe(`/runs/${id}`)
  const log = head.find('a.mono')
  expect([log.text(), log.attr('href')]).toEqual([
    'GOOG/2026-11-20_10.00.00/artifacts/run.log',
    `/runs/${id}/logs/download`,
  ])
  expect(head.find('a[href^="/lab/new?kind=walk-forward"]').text()).toBe('Run again with changes')
  expect($('#stream').attr('data-poll')).toBe('2')
  expect(html).toContain('<noscript><meta http-equiv="refresh"')
  site.desk.complete(id)
  const ended = (await site.get(`/runs/${id}`)).$
  expect(ended('#run-header').text()).not.toContain('Refresh')
  expect(ended('#run-header a[href^="/lab/new"]')).toHaveLength(1)
})

test('the lab lists its newest jobs with how far they are and what they came to', async () => {
  const site = createSearchSite()
  const id = addJob(site.desk, 'optimize', { ended: null, done: 0.5 })
  const { $ } = await site.get('/lab')
  const row = $(`.jobs a[href="/runs/${id}"]`).closest('tr')
  expect(row.find('.row-kind').text()).toBe('Optimise')
  expect(row.find('progress').attr('value')).toBe('50')
  expect($('.jobs tbody tr')).toHaveLength(2)
  expect(
    $('.jobs tbody tr')
      .last()
      .find('.row-return, .row-sharpe')
      .map((_, cell) => $(cell).text())
      .get(),
  ).toEqual([...['+462.6 %', '0.60']])
})
