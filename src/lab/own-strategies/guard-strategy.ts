/**
 * A person's own strategy as the simulators run it: what it throws names its file and line, and what it gives back is
 * looked at before anybody relies on it.
 */
import { quote } from '../../core/errors.ts'
import type { BarStrategy, SignalStrategy, Strategy } from '../../trading/strategies/strategy.ts'
import { SIGNAL } from '../../trading/strategies/strategy.ts'
import { beat } from '../threads/beats.ts'
import { blameFile, StrategyFault } from './strategy-fault.ts'

export function guardStrategy(strategy: Strategy, file: string): Strategy {
  return strategy.form === 'signals' ? guardSignals(strategy, file) : guardBars(strategy, file)
}

function guardSignals(strategy: SignalStrategy, file: string): SignalStrategy {
  return {
    ...strategy,
    signals(columns, params, out) {
      beat()
      // Bars that it leaves out say nothing, rather than what the trial before has left there.
      out.fill(SIGNAL.none)
      let first: unknown
      try {
        first = strategy.signals(columns, params, out)
      } catch (error) {
        throw blameFile(error, file)
      }
      if (typeof first !== 'number' || !Number.isInteger(first) || first < 0) {
        const given = first instanceof Promise ? 'a promise' : quote(first)
        throw new StrategyFault(
          file,
          null,
          `signals() returned ${given}; allowed: the number of the first bar whose signal counts`,
        )
      }
      checkSignals(out, file)
      return first
    },
  }
}

function checkSignals(out: Int8Array, file: string): void {
  for (let i = 0; i < out.length; i++) {
    const signal = out[i]!
    if (signal < SIGNAL.short || signal > SIGNAL.out) {
      throw new StrategyFault(
        file,
        null,
        `the signal of bar ${i} is ${signal}; allowed: 0 nothing new, 1 long, -1 short, 2 out`,
      )
    }
  }
}

function guardBars(strategy: BarStrategy, file: string): BarStrategy {
  return {
    ...strategy,
    init(setup, params) {
      beat()
      try {
        return strategy.init(setup, params)
      } catch (error) {
        throw blameFile(error, file)
      }
    },
    next(desk, state, params) {
      beat()
      try {
        strategy.next(desk, state, params)
      } catch (error) {
        throw blameFile(error, file)
      }
    },
  }
}
