/** A lab with strategies of every kind and what a search has found, as the pages of a filled desk show it. */
import type { LabDesk } from '../../src/lab/lab-desk.ts'
import { addJob, heatmapOf, resultOf, trialOf } from './job-results.ts'
import { STRATEGIES } from './lab-strategies.ts'
import type { PageDesk } from './page-desk.ts'
import { createScriptedLab } from './scripted-lab.ts'

/** Trials found: few, for a test that follows links looks at each. */
const FOUND = 24
const BARS = 60

export function createFilledLab(): LabDesk {
  return createScriptedLab({
    strategies: STRATEGIES,
    problems: [{ file: 'mine.ts', line: 12, message: 'it exports no strategy: signals is missing' }],
    result: async () => resultOf(),
    heatmap: async () => heatmapOf(3, 3),
    async trials(_runId, { offset, limit }) {
      const rows = Array.from({ length: FOUND }, (_, i) => trialOf(i, 1 + (i % 10), 101 + Math.floor(i / 10)))
      return { trials: rows.slice(offset, offset + limit), total: FOUND }
    },
    inspectTrial: async () => resultOf(BARS, { params: { fast: 6, slow: 163 } }),
  })
}

export interface FilledLab {
  backtest: string
  optimize: string
  /** A search at work. */
  searching: string
  walk: string
  train: string
}

export function fillLab(desk: PageDesk): FilledLab {
  return {
    backtest: addJob(desk, 'backtest'),
    optimize: addJob(desk, 'optimize'),
    searching: addJob(desk, 'optimize', { ended: null, done: 0.45, ticker: 'AAPL' }),
    walk: addJob(desk, 'walk-forward'),
    train: addJob(desk, 'train'),
  }
}
