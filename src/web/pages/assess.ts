/** The first page: launch one or many assessments; below it the newest runs. */
import type { Page, Refusal } from '../page.ts'
import { viewAssessForm, type FormValues } from '../view-models/assess-form.ts'
import { viewRunRow } from '../view-models/run-row.ts'
import type { PageDeps } from './page-deps.ts'

const NEWEST = 8

/** `values` and `error` are what a refused post leaves behind: the form shows both. */
export async function createAssessPage(deps: PageDeps, values?: FormValues, error?: Refusal): Promise<Page> {
  const { desk, market, config, clock } = deps
  const facts = {
    vendor: market.name,
    listings: await market.listings(),
    maxTickers: config.maxTickersPerRequest,
  }
  return {
    title: 'Assess',
    nav: 'assess',
    template: 'assess/assess',
    data: {
      form: viewAssessForm(facts, values, error ?? null),
    },
    regions: [
      {
        id: 'newest-runs',
        key: 'assess/newest',
        template: 'assess/newest',
        watch: ['list'],
        data: () => {
          const { runs, total } = desk.list({ limit: NEWEST })
          return {
            rows: runs.map((summary) => viewRunRow(summary, 'newest', clock.now())),
            total,
            more: total > NEWEST,
          }
        },
      },
    ],
    live: true,
    hasForm: true,
  }
}
