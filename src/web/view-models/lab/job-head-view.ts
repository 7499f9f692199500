/** What the head of a job has besides that of every run: what it runs, its log, and the way back to its form. */
import type { RunState } from '../../../runs/state.ts'
import { isTerminal } from '../../../runs/status.ts'
import type { Summary } from '../../../runs/summary.ts'
import { againHref, nameWork } from '../job-again.ts'
import type { KindHeadView } from '../run-header-view.ts'
import { runHref } from '../run-row.ts'
import { viewTime } from '../time-view.ts'

export interface JobHeadFacts {
  /** Where its files are, below the results directory; null once they are gone. */
  folder: string | null
  /** What it was asked; null where that is not known any more. */
  input: RunState['input'] | null
}

export function viewJobHead(summary: Summary, { folder, input }: JobHeadFacts): KindHeadView {
  const href = runHref(summary.run_id)
  return {
    what: nameWork(input),
    started: summary.started_at ? viewTime(summary.started_at) : null,
    log: folder ? { path: `${folder}/artifacts/run.log`, href: `${href}/logs/download` } : null,
    refreshHref: isTerminal(summary.status) ? '' : href,
    againHref: againHref(summary.kind, input) ?? '',
  }
}
