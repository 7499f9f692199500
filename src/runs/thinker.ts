/**
 * Who thinks in a run, as far as its summary tells: a shape begins with the word for it, and names the model of each
 * role as `role=provider:model`. Of a run without a shape, only that models were asked can be told.
 */
import type { Summary } from './summary.ts'

export const THINKERS = ['rules', 'models'] as const
export type Thinker = (typeof THINKERS)[number]

type Told = Pick<Summary, 'shape' | 'usage'>

/** Null where it cannot be told. */
export function thinkerOf({ shape, usage }: Told): Thinker | null {
  if (shape?.startsWith('rules ')) return 'rules'
  return shape !== null || usage.calls > 0 ? 'models' : null
}

/** `rules`, the model that decides (`openai:gpt-4.1`), or `models` where it is not named; empty where it cannot be told. */
export function nameThinker(told: Told): string {
  const thinker = thinkerOf(told)
  if (thinker !== 'models') return thinker ?? ''
  return told.shape === null ? 'models' : findDecider(told.shape)
}

/** Many runs are of few shapes, and an order by who thinks asks for all of them again and again. */
const deciders = new Map<string, string>()
const MOST_SHAPES = 1_000

function findDecider(shape: string): string {
  let decider = deciders.get(shape)
  if (decider === undefined) {
    decider = /(?:^| )portfolio_manager=(\S+)/.exec(shape)?.[1] ?? 'models'
    if (deciders.size === MOST_SHAPES) deciders.clear()
    deciders.set(shape, decider)
  }
  return decider
}
