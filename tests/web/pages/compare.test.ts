import { expect, test } from 'vitest'
import { NotFoundError } from '../../../src/core/errors.ts'
import { fillDesk, fillThinking, HOSTILE } from '../../support/page-desk.ts'
import { createPageSite } from '../../support/page-site.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()
const pathOf = (...ids: string[]) => `/runs/compare?ids=${ids.map(encodeURIComponent).join(',')}`

test('runs in every state stand side by side, each with what there is of it', async () => {
  const site = createPageSite()
  const { completed, hold, failed, running, pending, canceled } = fillDesk(site.desk)
  const { status, $ } = await site.get(pathOf(completed, hold, failed, running, pending, canceled))
  expect(status).toBe(200)
  expect(site.faults).toEqual([])
  const heads = $('.compare thead th')
    .map((_, head) => words($(head).text()))
    .get()
  expect(heads).toHaveLength(6)
  expect(heads[0]).toContain('AAPL 2012-06-29 ▲BUY')
  expect(heads[0]).toContain('base')
  expect(heads[2]).toContain(words(HOSTILE.slice(0, 20)))
  expect(heads[3]).toContain('42 %')
  expect($('.compare img')).toHaveLength(0)
  for (const row of $('.compare tbody tr:not(.compare-section)').toArray()) {
    expect($(row).children()).toHaveLength(7)
  }
  const row = (label: string) =>
    $('.compare tbody tr:not(.compare-section)')
      .filter((_, one) => $(one).find('th').text().startsWith(label))
      .first()
  expect(words(row('Entry').text())).toContain('584.00')
  expect(words(row('Verdict').find('th').text())).toBe('Verdict ≠ differs')
  expect(words(row('Confidence').find('th').text())).toBe('Confidence')
})

test('only what differs can be asked for, and asked back', async () => {
  const site = createPageSite()
  const { completed, hold } = fillDesk(site.desk)
  const all = await site.get(pathOf(completed, hold))
  const only = all.$('.head .actions a').first()
  expect(only.text()).toBe('Only what differs')
  const { $ } = await site.get(only.attr('href')!)
  const rows = $('.compare tbody tr:not(.compare-section)')
  expect(rows.length).toBeLessThan(all.$('.compare tbody tr:not(.compare-section)').length)
  expect(rows.length).toBe($('.compare th[scope=row] .differs').length)
  expect($('.head .actions a').first().attr('href')).toBe(pathOf(completed, hold))
})

test('a form names the runs one by one, and each counts once', async () => {
  const site = createPageSite()
  const { completed, hold } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/compare?ids=${completed}&ids=${hold}&ids=${completed}`)
  expect($('h1').text()).toBe('Compare 2 runs')
})

test('one run, seven runs, an unknown run and what is no run are refused by name', async () => {
  const site = createPageSite()
  const { completed, hold } = fillDesk(site.desk)
  const unknown = 'AAPL--2026-11-20_10.00.00--ffffff'
  const many = Array.from({ length: 7 }, () => site.desk.add())
  for (const [path, status, message] of [
    [pathOf(completed), 400, `ids names one run, "${completed}"; 2 to 6 can be compared at once`],
    [pathOf(completed, completed), 400, 'ids names one run'],
    [pathOf(...many), 400, 'ids names 7 runs; 2 to 6 can be compared'],
    ['/runs/compare', 400, 'ids names no run'],
    [pathOf(completed, '../etc'), 400, 'ids holds "../etc", which is not a run id'],
    [`${pathOf(completed, hold)}&show=all`, 400, 'show "all" is not different'],
    [pathOf(completed, unknown), 404, unknown],
  ] as const) {
    const page = await site.get(path)
    expect([page.status, words(page.$('[role=alert]').text())]).toEqual([
      status,
      expect.stringContaining(message),
    ])
  }
})

test('a program that names no type is shown the same page: there is no other form of it', async () => {
  const site = createPageSite()
  const { completed, hold } = fillDesk(site.desk)
  const answer = await site.request(pathOf(completed, hold))
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
})

test('a run whose journal was pruned keeps its place, and one whose folder is gone as well', async () => {
  const site = createPageSite()
  const { completed, hold } = fillDesk(site.desk)
  site.desk.pruned.add(completed)
  const pruned = await site.get(pathOf(hold, completed))
  expect(pruned.$('.compare thead').text()).toContain('Its journal was pruned')
  const { decision } = site.desk
  site.desk.decision = (runId) =>
    runId === completed ? Promise.reject(new NotFoundError('gone')) : decision(runId)
  const gone = await site.get(pathOf(completed, hold))
  expect(gone.$('.compare thead').text()).toContain('Its decision cannot be read any more')
  expect(words(gone.$('.compare').text())).toContain('584.00')
})

test('the cost of models stands beside time, phase by phase', async () => {
  const site = createPageSite()
  const { thought, again } = fillThinking(site.desk)
  const { $ } = await site.get(pathOf(thought, again))
  const labels = $('.compare th[scope=row]')
    .map((_, label) => words($(label).text()).replace(' ≠ differs', ''))
    .get()
  expect(labels).toContain('Model calls')
  expect(labels.filter((label) => label === '… Research').length).toBeGreaterThan(0)
})
