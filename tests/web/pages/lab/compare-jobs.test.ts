import { expect, test } from 'vitest'
import { fillDesk } from '../../../support/page-desk.ts'
import { addJob, resultOf, statsOf } from '../../../support/job-results.ts'
import { createPageSite } from '../../../support/page-site.ts'
import { createScriptedLab } from '../../../support/scripted-lab.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()
const pathOf = (...ids: string[]) => `/runs/compare?ids=${ids.map(encodeURIComponent).join(',')}`

function createSite() {
  return createPageSite({ lab: createScriptedLab({ result: async () => resultOf() }) })
}

test('jobs stand side by side with the best of each row marked, and their equity in one chart', async () => {
  const site = createSite()
  const worse = resultOf(300, { stats: statsOf({ sharpe_ratio: 0.2, volatility_ann_pct: 20, trades: 200 }) })
  const ids = [
    addJob(site.desk, 'backtest'),
    addJob(site.desk, 'backtest', { result: worse }),
    addJob(site.desk, 'optimize'),
  ]
  const { $, status } = await site.get(pathOf(...ids))
  expect([status, site.faults]).toEqual([200, []])
  expect($('h1').text()).toBe('Compare 3 jobs')
  const row = (label: string) =>
    $('.compare tbody tr:not(.compare-section)')
      .filter((_, one) => words($(one).find('th').text()).startsWith(label))
      .first()
  expect(
    row('Sharpe')
      .find('.best-cell')
      .map((_, one) => words($(one).text()))
      .get(),
  ).toEqual(['★ 0.601 best', '★ 0.601 best'])
  expect(words(row('Volatility').find('.best-cell').text())).toBe('★ 20.00 % best')
  expect(row('Trades').find('.best-cell')).toHaveLength(0)
  expect($('#compare-curves svg').first().find('.curve')).toHaveLength(3)
  expect($('.compare thead .curve-letter').text()).toBe('ABC')
  expect(
    $('.compare-section')
      .map((_, one) => words($(one).text()))
      .get(),
  ).toEqual([...['What ran', 'Account', 'Return', 'Risk', 'Trades']])
})

test('a job whose journal was pruned keeps the figures that the list knows', async () => {
  const site = createSite()
  const ids = [addJob(site.desk, 'backtest'), addJob(site.desk, 'backtest')]
  site.desk.pruned.add(ids[1]!)
  const { $ } = await site.get(pathOf(...ids))
  expect($('.compare thead').text()).toContain('Its journal was pruned')
  const sharpe = $('.compare tbody tr').filter((_, one) => words($(one).find('th').text()) === 'Sharpe')
  expect(
    sharpe
      .find('td')
      .map((_, one) => words($(one).text()))
      .get(),
  ).toEqual(['0.601', '0.601'])
})

test('trainings are compared by their own measures', async () => {
  const site = createSite()
  const { $ } = await site.get(pathOf(addJob(site.desk, 'train'), addJob(site.desk, 'train')))
  expect($('#compare-curves')).toHaveLength(0)
  expect(words($('.compare').text())).toContain('Brier score')
})

test('a verdict and jobs cannot be compared: the page says so and offers what can', async () => {
  const site = createSite()
  const { completed } = fillDesk(site.desk)
  const jobs = [addJob(site.desk, 'backtest'), addJob(site.desk, 'walk-forward')]
  const { $, status } = await site.get(pathOf(completed, ...jobs))
  expect(status).toBe(200)
  expect($('main h2').text()).toBe('These runs are of different kinds')
  expect($('.mixed-groups a[href^="/runs/compare"]').attr('href')).toBe(pathOf(...jobs))
  expect(words($('.mixed-groups').text())).toContain(
    'One assessment, with nothing to compare it with: AAPL assessment',
  )
})

test('a list of runs shows what a job came to where others show their verdict', async () => {
  const site = createSite()
  const done = addJob(site.desk, 'backtest')
  addJob(site.desk, 'optimize', { ended: null, done: 0.5 })
  const { $ } = await site.get('/runs')
  const rows = $('[data-run-row]')
  const found = rows.filter((_, row) => $(row).find('a.ticker').attr('href') === `/runs/${done}`)
  expect(words(found.find('.outcome').text())).toBe('Sharpe 0.60 · +462.6 %')
  expect(rows.find('.row-result')).toHaveLength(1)
})
