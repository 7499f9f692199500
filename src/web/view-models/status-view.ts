/** How a status looks: never colour alone, always an icon and a word beside it. */
import type { NodeStatus } from '../../runs/event.ts'
import { STATUS_WORDS, type RunStatus } from '../../runs/status.ts'

/** Names a colour of the style sheet: `tone-good` and so on. */
export type Tone = 'wait' | 'work' | 'hold' | 'good' | 'bad' | 'mute'

export interface StatusView {
  word: string
  icon: string
  tone: Tone
}

const LOOKS: Record<RunStatus | NodeStatus, Omit<StatusView, 'word'>> = {
  pending: { icon: '○', tone: 'wait' },
  in_progress: { icon: '◐', tone: 'work' },
  paused: { icon: '‖', tone: 'hold' },
  completed: { icon: '✓', tone: 'good' },
  error: { icon: '✕', tone: 'bad' },
  skipped: { icon: '–', tone: 'mute' },
  canceled: { icon: '⊘', tone: 'mute' },
}

export function describeStatus(status: RunStatus | NodeStatus): StatusView {
  return { word: STATUS_WORDS[status], ...LOOKS[status] }
}
