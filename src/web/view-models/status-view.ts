/** How a status looks: never colour alone, always an icon and a word beside it. */
import type { NodeStatus } from '../../runs/event.ts'
import type { RunStatus } from '../../runs/status.ts'

/** Names a colour of the style sheet: `tone-good` and so on. */
export type Tone = 'wait' | 'work' | 'hold' | 'good' | 'bad' | 'mute'

export interface StatusView {
  word: string
  icon: string
  tone: Tone
}

const RUN: Record<RunStatus, StatusView> = {
  pending: { word: 'queued', icon: '○', tone: 'wait' },
  in_progress: { word: 'running', icon: '◐', tone: 'work' },
  paused: { word: 'paused', icon: '‖', tone: 'hold' },
  completed: { word: 'completed', icon: '✓', tone: 'good' },
  error: { word: 'failed', icon: '✕', tone: 'bad' },
  canceled: { word: 'canceled', icon: '⊘', tone: 'mute' },
}

const NODE: Record<NodeStatus, StatusView> = {
  pending: { word: 'waiting', icon: '○', tone: 'wait' },
  in_progress: { word: 'working', icon: '◐', tone: 'work' },
  completed: { word: 'done', icon: '✓', tone: 'good' },
  error: { word: 'failed', icon: '✕', tone: 'bad' },
  skipped: { word: 'skipped', icon: '–', tone: 'mute' },
  canceled: { word: 'canceled', icon: '⊘', tone: 'mute' },
}

export function describeRunStatus(status: RunStatus): StatusView {
  return RUN[status]
}

export function describeNodeStatus(status: NodeStatus): StatusView {
  return NODE[status]
}
