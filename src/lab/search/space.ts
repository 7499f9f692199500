/**
 * All parameters that a search may try: an axis of values for each one searched. A place is a number from 0, the last
 * axis counting fastest, so that places are in the order of the nested loops that one would write.
 */
import { InputError, quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import { fillParams } from '../../trading/strategies/fill-params.ts'
import { countValues } from '../grid-size.ts'
import type { OptimizeInput } from '../job-inputs.ts'
import type { StrategyListing } from '../strategy-catalog.ts'

export interface Axis {
  name: string
  values: Float64Array
}

export interface SearchSpace {
  readonly names: readonly string[]
  readonly axes: readonly Axis[]
  /** Places in all; beyond 2^53 it is no longer exact. */
  readonly size: number
  /** Writes the parameters of a place into `row` at `offset`. */
  fill(place: number, row: Float64Array, offset: number): void
}

const MAX_VALUES = 1_000_000

/** Throws `InputError` naming `grid`: an unknown parameter (with the nearest right one), a range that is none or reaches out of the parameter's own. */
export function createSpace(strategy: StrategyListing, grid: OptimizeInput['grid']): SearchSpace {
  const entries = Object.entries(grid)
  if (entries.length === 0)
    throw new InputError('grid', 'grid is empty: name at least one parameter and its range')
  const axes = entries.map(([name, range]) => createAxis(strategy, name, range))
  const size = axes.reduce((product, { values }) => product * values.length, 1)
  return {
    names: axes.map(({ name }) => name),
    axes,
    size,
    fill(place, row, offset) {
      let rest = place
      for (let at = axes.length - 1; at >= 0; at--) {
        const { values } = axes[at]!
        row[offset + at] = values[rest % values.length]!
        rest = Math.floor(rest / values.length)
      }
    },
  }
}

function createAxis(
  strategy: StrategyListing,
  name: string,
  [from, to, given]: readonly [number, number, number?],
): Axis {
  const names = strategy.parameters.map((parameter) => parameter.name)
  const parameter = strategy.parameters.find((one) => one.name === name)
  if (!parameter)
    throw new InputError(
      'grid',
      `grid: ${strategy.name} has no parameter ${quote(name)}; ${suggestName(name, names)}`,
    )
  const step = given ?? parameter.step
  if (to < from) throw new InputError('grid', `grid: ${name} runs from ${from} down to ${to}`)
  const count = countValues(from, to, step)
  if (count > MAX_VALUES)
    throw new InputError('grid', `grid: ${name} has ${count} values; at most ${MAX_VALUES}`)
  const decimals = Math.max(decimalsOf(from), decimalsOf(step))
  const values = Float64Array.from({ length: count }, (_, i) => Number((from + i * step).toFixed(decimals)))
  for (const value of new Set([values[0]!, values[Math.min(1, count - 1)]!, values[count - 1]!]))
    checkValue(strategy, name, value)
  return { name, values }
}

/** Values between the ends lie on the parameter's steps where the first two and the last do. */
function checkValue(strategy: StrategyListing, name: string, value: number): void {
  try {
    fillParams(strategy, { [name]: value })
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw new InputError('grid', error.message.replace(/^params:/, 'grid:'))
  }
}

/** As they are typed: 3 of 0.125. Enough for any step that a person names. */
function decimalsOf(value: number): number {
  const [digits, exponent] = String(value).split('e') as [string, string | undefined]
  const shown = digits.split('.')[1]?.length ?? 0
  return Math.min(15, Math.max(0, shown - Number(exponent ?? 0)))
}
