/** Are you sure: the runs that are about to be canceled, and what will become of each. */
import { countOf } from '../../core/format.ts'
import { CANCEL_BOUNDS } from '../../runs/cancel-runs.ts'
import { parseRunIds } from '../../runs/run-ids.ts'
import { parseNext } from '../middleware/session.ts'
import type { Page } from '../page.ts'
import { viewRunRow } from '../view-models/run-row.ts'
import type { PageDeps } from './page-deps.ts'

/** Throws `InputError` for what is no run id, `NotFoundError` for a run there is not. */
export function createCancelPage({ desk, clock }: PageDeps, url: URL): Page {
  const ids = parseRunIds(url.searchParams.getAll('ids'), CANCEL_BOUNDS)
  const rows = ids.map((id) => viewRunRow(desk.summary(id), 'cancel', clock.now()))
  const atWork = rows.filter((row) => row.cancelable)
  return {
    title: 'Cancel runs',
    nav: 'runs',
    template: 'runs/cancel',
    data: {
      atWork,
      kept: `What ${atWork.length === 1 ? 'it' : 'they'} wrote so far is kept.`,
      ended: rows.filter((row) => !row.cancelable),
      question: atWork.length === 0 ? 'Nothing to cancel' : `Cancel ${countOf(atWork.length, 'run')}?`,
      back: parseNext(url.searchParams.get('back') ?? '/runs'),
    },
    regions: [],
    live: false,
    hasForm: true,
  }
}
