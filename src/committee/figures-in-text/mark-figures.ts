/** Puts marks around figures of a text, by their offsets in it. */
import type { Span } from './figure.ts'

/** `figures` as `unmatchedFigures` returns them for exactly this text. */
export function markFigures(text: string, figures: readonly Span[], open: string, close: string): string {
  const pieces: string[] = []
  let from = 0
  for (const { start, end } of [...figures].sort((a, b) => a.start - b.start)) {
    if (start < from) continue
    pieces.push(text.slice(from, start), open, text.slice(start, end), close)
    from = end
  }
  return pieces.join('') + text.slice(from)
}
