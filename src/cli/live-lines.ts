/** Lines at the bottom of a terminal that are drawn over again. On anything but a terminal nothing is written. */
import { shorten } from './table.ts'
import type { Output } from './terminal.ts'

const ERASE_BELOW = '\u001b[J'

export interface LiveLines {
  /** Replaces what was drawn before. Lines carry no colour, so that they can be cut to the terminal's width. */
  draw(lines: readonly string[]): void
  /** Takes away what was drawn; what is written next stands in its place. */
  clear(): void
}

export function createLiveLines(output: Output): LiveLines {
  let drawn = 0
  const back = () => (drawn === 0 ? '' : `\u001b[${drawn}A\r${ERASE_BELOW}`)
  return {
    draw(lines) {
      if (!output.isTerminal) return
      const fitting = fitRows(lines, output.rows - 1)
      output.write(back() + fitting.map((line) => `${shorten(line, output.columns - 1)}\n`).join(''))
      drawn = fitting.length
    },
    clear() {
      if (drawn > 0) output.write(back())
      drawn = 0
    },
  }
}

/** What scrolled out of the terminal cannot be drawn over: the rest is counted instead. */
function fitRows(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length <= rows) return lines
  const shown = Math.max(0, rows - 1)
  return [...lines.slice(0, shown), `… and ${lines.length - shown} more`]
}
