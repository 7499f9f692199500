/** The way from a verdict to the lab ends in a form that is filled with the committee's rule and the verdict's day. */
import { expect, it } from 'vitest'
import { createCatalog } from '../../../../src/lab/create-catalog.ts'
import { linkToLab } from '../../../../src/web/view-models/lab-link.ts'
import { readJobValues } from '../../../../src/web/pages/job-form.ts'
import { viewJobForm } from '../../../../src/web/view-models/job-form-view.ts'

it('opens the form of a backtest with ticker, last day, strategy and costs', async () => {
  const { href } = linkToLab({ ticker: 'BRK.B', as_of: '2012-06-29' })
  expect(href).toBe(
    '/lab/new?kind=backtest&strategy=committee-rule&ticker=BRK.B&end=2012-06-29&commission_pct=0.1',
  )
  const { strategies } = await createCatalog({ folder: '' }).list()
  const chosen = strategies.find(({ name }) => name === 'committee-rule')!
  const facts = {
    kind: 'backtest' as const,
    strategies,
    chosen,
    listings: [],
    features: [],
    imported: null,
    vendor: 'sample',
    ticker: 'AAPL',
  }
  const form = viewJobForm(facts, readJobValues(new URL(href, 'http://desk')), null)
  expect(form.ticker).toMatchObject({ value: 'BRK.B' })
  expect(form.strategy?.name).toBe('committee-rule')
  const controls = [...form.bars, ...form.parts.flatMap((part) => part.controls)]
  expect(controls.find(({ control }) => control === 'end')).toMatchObject({ value: '2012-06-29' })
  expect(controls.find(({ control }) => control === 'commission_pct')).toMatchObject({ value: '0.1' })
})
