/** How the status of a run or of a node looks in the terminal: icon, word and, where there is colour, a colour. */
import type { NodeStatus } from '../runs/event.ts'
import { STATUS_WORDS, type RunStatus } from '../runs/status.ts'
import type { DeskClient } from './client.ts'
import { plainCell, type Cell } from './table.ts'
import { paint, type Output, type Style } from './terminal.ts'

/** `interrupted`: begun, and nobody works on it until the desk is served. */
type ShownStatus = RunStatus | NodeStatus | 'interrupted'

const WORDS: Record<ShownStatus, string> = { ...STATUS_WORDS, interrupted: 'interrupted' }

const LOOKS: Record<ShownStatus, { icon: string; style: Style }> = {
  pending: { icon: '○', style: 'dim' },
  in_progress: { icon: '●', style: 'cyan' },
  interrupted: { icon: '◌', style: 'yellow' },
  paused: { icon: '‖', style: 'yellow' },
  completed: { icon: '✔', style: 'green' },
  error: { icon: '✖', style: 'red' },
  canceled: { icon: '⊘', style: 'yellow' },
  skipped: { icon: '–', style: 'dim' },
}

/** Whether a run was left by the process that worked on it: a desk of this process's own takes up none. */
export function isInterrupted(status: RunStatus, owner: DeskClient['owner']): boolean {
  return owner === 'self' && (status === 'pending' || status === 'in_progress')
}

export function runStatusShown(status: RunStatus, owner: DeskClient['owner']): ShownStatus {
  return isInterrupted(status, owner) ? 'interrupted' : status
}

/** A node that waits does so anyway; one at work was interrupted. */
export function nodeStatusShown(status: NodeStatus, owner: DeskClient['owner']): ShownStatus {
  return owner === 'self' && status === 'in_progress' ? 'interrupted' : status
}

export function createStatusCell(output: Output, status: ShownStatus): Cell {
  const plain = plainCell(`${LOOKS[status].icon} ${WORDS[status]}`)
  return { text: paint(output, LOOKS[status].style, plain.text), width: plain.width }
}

export function statusIcon(output: Output, status: ShownStatus): string {
  return paint(output, LOOKS[status].style, LOOKS[status].icon)
}
