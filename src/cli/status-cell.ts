/** How the status of a run or of a node looks in the terminal: icon, word and, where there is colour, a colour. */
import type { NodeStatus } from '../runs/event.ts'
import type { RunStatus } from '../runs/status.ts'
import { plainCell, type Cell } from './table.ts'
import { paint, type Output, type Style } from './terminal.ts'

const LOOKS: Record<RunStatus | NodeStatus, { icon: string; word: string; style: Style }> = {
  pending: { icon: '○', word: 'pending', style: 'dim' },
  in_progress: { icon: '●', word: 'in progress', style: 'cyan' },
  paused: { icon: '‖', word: 'paused', style: 'yellow' },
  completed: { icon: '✔', word: 'completed', style: 'green' },
  error: { icon: '✖', word: 'error', style: 'red' },
  canceled: { icon: '⊘', word: 'canceled', style: 'yellow' },
  skipped: { icon: '–', word: 'skipped', style: 'dim' },
}

export function createStatusCell(output: Output, status: RunStatus | NodeStatus): Cell {
  const { icon, word, style } = LOOKS[status]
  const plain = plainCell(`${icon} ${word}`)
  return { text: paint(output, style, plain.text), width: plain.width }
}

export function statusIcon(output: Output, status: RunStatus | NodeStatus): string {
  return paint(output, LOOKS[status].style, LOOKS[status].icon)
}
