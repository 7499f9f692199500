/** Parameters as a strategy is run with them: the ones given, checked, and its defaults for the rest. */
import { InputError, quote } from '../../core/errors.ts'
import { suggestName } from '../../core/nearest.ts'
import type { Params, Strategy, StrategyParameter } from './strategy.ts'

/** How far from a whole number of steps rounding may leave a value. */
const STEP_TOLERANCE = 1e-9

/** Throws `InputError` for a name the strategy does not have (with the nearest right one) and for a value out of range or off its step. */
export function fillParams(strategy: Pick<Strategy, 'name' | 'parameters'>, given: Params): Params {
  const names = strategy.parameters.map(({ name }) => name)
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      throw new InputError(
        'params',
        `params: ${strategy.name} has no parameter ${quote(name)}; ${suggestName(name, names)}`,
      )
    }
  }
  return Object.fromEntries(
    strategy.parameters.map((parameter) => [
      parameter.name,
      checkValue(parameter, given[parameter.name] ?? parameter.default),
    ]),
  )
}

function checkValue({ name, min, max, step }: StrategyParameter, value: number): number {
  // 0.05 and eighteen steps of 0.05 come out a little above 0.95.
  const slack = STEP_TOLERANCE * step
  if (!(value >= min - slack && value <= max + slack)) {
    throw new InputError('params', `params: ${name} is ${value}; allowed: ${min} to ${max}`)
  }
  const steps = (value - min) / step
  if (Math.abs(steps - Math.round(steps)) > STEP_TOLERANCE * Math.max(1, steps)) {
    throw new InputError(
      'params',
      `params: ${name} is ${value}; allowed: ${min} to ${max} in steps of ${step}`,
    )
  }
  return value
}
