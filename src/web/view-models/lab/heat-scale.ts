/**
 * Steps of colour for the values of a heatmap. One that has both signs is coloured to either side of zero by one measure;
 * else lightness alone goes from the least to the most. A few outliers do not take the scale for themselves: it spans the
 * middle 96 %, and what lies beyond has the outermost step.
 */

export interface HeatScale {
  /** Rising; a value up to the first is of step 0. One fewer than the steps. */
  bounds: number[]
  /** `sequential` or `diverging`: classes of the style sheet, whose steps go from 0. */
  kind: 'sequential' | 'diverging'
  /** What the ends stand for. */
  low: number
  high: number
}

const STEPS = { sequential: 9, diverging: 10 } as const
const TAIL = 0.02

export function createHeatScale(values: readonly number[]): HeatScale {
  const sorted = [...values].filter(Number.isFinite).sort((a, b) => a - b)
  if (sorted.length === 0) return { bounds: [], kind: 'sequential', low: 0, high: 0 }
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))]!
  const [low, high] = [at(TAIL), at(1 - TAIL)]
  if (low < 0 && high > 0) {
    const reach = Math.max(-low, high)
    return { bounds: boundsOf(-reach, reach, STEPS.diverging), kind: 'diverging', low: -reach, high: reach }
  }
  return { bounds: boundsOf(low, high, STEPS.sequential), kind: 'sequential', low, high }
}

function boundsOf(low: number, high: number, steps: number): number[] {
  if (low === high) return []
  return Array.from({ length: steps - 1 }, (_, i) => low + ((high - low) * (i + 1)) / steps)
}
