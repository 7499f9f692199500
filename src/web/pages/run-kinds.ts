/** What each kind of run shows besides the panels that every run has. */
import type { RunKind } from '../../runs/event.ts'
import { assessmentPanels } from './assessment-panels.ts'
import type { KindPanels } from './kind-panels.ts'
import { backtestPanels, optimizePanels, trainPanels, walkForwardPanels } from './lab-panels.ts'

const PLAIN: KindPanels = {
  treeTitle: 'Steps',
  hasReports: true,
  pollSeconds: null,
  readHead: async () => null,
  nameTab: () => '',
  decider: null,
  regions: () => [],
  readProse: async () => null,
  modelsOf: () => ({}),
  isThinking: () => false,
}

const KINDS: Partial<Record<RunKind, KindPanels>> = {
  assessment: assessmentPanels,
  backtest: backtestPanels,
  optimize: optimizePanels,
  'walk-forward': walkForwardPanels,
  train: trainPanels,
}

export function panelsOf(kind: RunKind): KindPanels {
  return KINDS[kind] ?? PLAIN
}
