/** Every run: filtered and sorted by what the URL says, a page at a time. */
import type { Page } from '../page.ts'
import { viewRunsForm } from '../view-models/runs-form.ts'
import { viewList } from '../view-models/runs-list-view.ts'
import { readRunsQuery, VIEWS } from '../view-models/runs-query.ts'
import type { PageDeps } from './page-deps.ts'

/** Throws `InputError` for names and values that the URL got wrong. */
export function createRunsPage({ desk, clock }: PageDeps, url: URL): Page {
  const query = readRunsQuery(url, [...desk.workflows.keys()])
  const kinds = [...desk.workflows].map(([kind, workflow]) => ({ value: kind, label: workflow.title }))
  const paging = { after: query.filter.after ?? null, before: query.filter.before ?? null }
  return {
    title: 'Runs',
    nav: 'runs',
    template: 'runs/runs',
    data: {
      form: viewRunsForm(query, kinds),
      views: VIEWS.map((view) => ({
        label: view,
        href: query.href({ show: view === 'work' && !query.filter.batch ? null : view, ...paging }),
        isPresent: view === query.view,
      })),
    },
    regions: [
      {
        id: 'runs-table',
        key: `runs/table:${query.href(paging)}`,
        template: 'runs/table',
        watch: ['list'],
        data: () => viewList(query, desk.list({ ...query.filter, limit: query.size }), clock.now()),
      },
    ],
    live: true,
    hasForm: true,
  }
}
