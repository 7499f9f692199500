/** A job as the lab's list shows it: a run, with what it runs and the two figures that one looks for first. */
import { formatNumber, formatSigned } from '../../core/format.ts'
import type { JobKind } from '../../lab/job-inputs.ts'
import type { RunState } from '../../runs/state.ts'
import type { Summary } from '../../runs/summary.ts'
import { nameWork } from './job-again.ts'
import { KIND_WORDS } from './job-kind-words.ts'
import { viewRunRow, type RunRow } from './run-row.ts'

export interface JobRow extends RunRow {
  kindName: string
  /** Of a training the model; empty where it is not known any more. */
  strategy: string
  sharpe: string
  returnPct: string
}

/** `input` is null where the run's files are gone. */
export function viewJobRow(summary: Summary, input: RunState['input'] | null, now: number): JobRow {
  const { stats } = summary
  const figure = (name: string, write: (value: number) => string) =>
    typeof stats?.[name] === 'number' ? write(stats[name]) : ''
  return {
    ...viewRunRow(summary, 'job', now),
    kindName: KIND_WORDS[summary.kind as JobKind].name,
    strategy: nameWork(input),
    sharpe: figure('sharpe_ratio', (value) => formatNumber(value)),
    returnPct: figure('return_pct', (value) => `${formatSigned(value, 1)} %`),
  }
}
