/** A strategy of signals as one that is called bar by bar: the same decisions, handed to the simulator of orders. */
import type { BarStrategy, SignalStrategy } from '../../src/trading/strategies/strategy.ts'
import { SIGNAL } from '../../src/trading/strategies/strategy.ts'
import type { IndicatorView } from '../../src/trading/strategies/bar-desk.ts'

interface Signals {
  signal: IndicatorView
  first: number
}

export function asOrders(strategy: SignalStrategy): BarStrategy<Signals> {
  return {
    ...strategy,
    form: 'bars',
    init(setup, params) {
      let first = 0
      const signal = setup.column(`signals ${JSON.stringify(params)}`, (columns) => {
        const out = new Int8Array(columns.length)
        first = strategy.signals(columns, params, out)
        // Not there before the first that counts, as the indicators it is made of.
        return Float64Array.from(out, (value, bar) => (bar < first ? Number.NaN : value))
      })
      return { signal, first }
    },
    next(desk, { signal, first }) {
      if (desk.bar < first) return
      const { size } = desk.position()
      if (signal.now === SIGNAL.long && size <= 0) desk.buy()
      else if (signal.now === SIGNAL.short && size >= 0) desk.sell()
      else if (signal.now === SIGNAL.out && size !== 0) desk.close()
    },
  }
}
