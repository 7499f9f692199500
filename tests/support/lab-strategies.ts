/** Strategies as the lab lists them: two built-in ones, one for several tickers, one of the user's own. */
import type { StrategyListing } from '../../src/lab/strategy-catalog.ts'
import { smaCross } from '../../src/trading/strategies/sma-cross.ts'
import type { StrategyParameter } from '../../src/trading/strategies/strategy.ts'

const { name, title, about, source, parameters, constraint, tickers, form } = smaCross
const builtIn = (name: string) => ({ file: null, ref: { name, file: null, hash: null } })

function parameter(facts: Partial<StrategyParameter> & { name: string }): StrategyParameter {
  return {
    ...{ title: 'Bars', about: 'How far it looks back.', min: 2, max: 200, step: 1, default: 20 },
    ...facts,
  }
}

export const SMA_CROSS: StrategyListing = {
  ...{ name, title, about, source, parameters, constraint, tickers, form },
  ...builtIn(name),
}

export const ZSCORE: StrategyListing = {
  name: 'zscore-reversion',
  title: 'Z-score reversion',
  about: 'Buys what stands far below its mean and sells what stands far above.',
  source: 'Chan 2013, “Algorithmic Trading”',
  parameters: [
    parameter({ name: 'period', title: 'Window' }),
    parameter({ name: 'entry', title: 'Entry', min: 0.5, max: 4, step: 0.1, default: 2 }),
  ],
  ...{ constraint: null, tickers: 'one' as const, form: 'signals' as const },
  ...builtIn('zscore-reversion'),
}

export const ROTATION: StrategyListing = {
  name: 'momentum-rotation',
  title: 'Momentum rotation',
  about: 'Holds what has risen most.',
  source: 'Jegadeesh and Titman 1993',
  parameters: [parameter({ name: 'lookback', title: 'Look-back' })],
  ...{ constraint: null, tickers: 'several' as const, form: 'bars' as const },
  ...builtIn('momentum-rotation'),
}

export const OWN: StrategyListing = {
  ...ZSCORE,
  name: 'my-own',
  title: 'My own <b>rule</b>',
  file: 'my-own.ts',
  ref: { name: 'my-own', file: '/strategies/my-own.ts', hash: 'a'.repeat(64) },
}

export const STRATEGIES = [SMA_CROSS, ZSCORE, ROTATION, OWN]
