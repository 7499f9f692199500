/** The check that a strategy sees only the past: it tells those that do not, and passes every built-in one. */
import { beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_RULES } from '../../../src/trading/rules.ts'
import { checkLookAhead, cutBars } from '../../../src/trading/strategies/check-look-ahead.ts'
import { BUILT_IN } from '../../../src/trading/strategies/index.ts'
import type { BarStrategy, SignalStrategy, TickerBars } from '../../../src/trading/strategies/strategy.ts'
import { loadSample } from '../../support/sample-bars.ts'

let series: TickerBars[]
beforeAll(async () => {
  series = [{ ticker: 'GOOG', bars: cutBars(await loadSample('GOOG'), 700) }]
})

const FACTS = {
  ...{ name: 'mine', title: 'Mine', about: 'Mine.', source: '', parameters: [], constraint: null },
  tickers: 'one' as const,
}
const signals = (rule: SignalStrategy['signals']): SignalStrategy => ({
  ...FACTS,
  form: 'signals',
  signals: rule,
})

describe('is found out:', () => {
  it('a signal made of the next close', () => {
    const peeking = signals(({ close }, _params, out) => {
      for (let i = 0; i < close.length; i++) out[i] = (close[i + 1] ?? close[i]!) > close[i]! ? 1 : 2
      return 0
    })
    expect(checkLookAhead(series, peeking, {}, DEFAULT_RULES)).toMatch(
      /^Mine looks ahead: the signal of 20\d\d-\d\d-\d\d is “(long|out)” with the bars after .* as they were and “(long|out)” with others\./,
    )
  })

  it('an entry that reads the next close, though it is seldom made', () => {
    const rare = signals((columns, _params, out) => {
      const { close } = columns
      const average = columns.sma(200)
      let falling = 0
      for (let i = 1; i < close.length; i++) {
        falling = close[i + 1]! < close[i]! ? falling + 1 : 0
        if (close[i]! > close[i - 1]!) out[i] = 2
        else if (falling >= 5 && close[i]! > average[i]!) out[i] = 1
      }
      return 200
    })
    expect(checkLookAhead(series, rare, {}, DEFAULT_RULES)).toContain('looks ahead')
  })

  it('a single entry, though it asks for what a bar that is not there cannot deny', () => {
    const once = signals(({ close }, _params, out) => {
      const at = close.findIndex((value, i) => i > 100 && !(close[i + 3]! <= value * 1.04))
      if (at >= 0) out[at] = 1
      return 0
    })
    expect(checkLookAhead(series, once, {}, DEFAULT_RULES)).toContain('looks ahead')
  })

  it('a threshold made of all bars', () => {
    const ranking = signals(({ close }, _params, out) => {
      const mean = close.reduce((sum, value) => sum + value, 0) / close.length
      for (let i = 0; i < close.length; i++) out[i] = close[i]! > mean ? 1 : 2
      return 0
    })
    expect(checkLookAhead(series, ranking, {}, DEFAULT_RULES)).toContain('looks ahead')
  })

  it('a first bar that depends on how many there are', () => {
    const late = signals(({ length }, _params, out) => {
      out.fill(1)
      return Math.floor(length / 2)
    })
    expect(checkLookAhead(series, late, {}, DEFAULT_RULES)).toContain('first bar that counts')
  })

  it('an order placed by a column of the strategy’s own that holds tomorrow’s close', () => {
    const peeking: BarStrategy<{ tomorrow: { now: number }; close: { now: number } }> = {
      ...FACTS,
      form: 'bars',
      init: (setup) => ({
        close: setup.price('close'),
        tomorrow: setup.column('tomorrow', ({ close }) => close.map((value, i) => close[i + 1] ?? value)),
      }),
      next(desk, { tomorrow, close }) {
        if (tomorrow.now > close.now) desk.target(1)
        else desk.target(0)
      },
    }
    expect(checkLookAhead(series, peeking as BarStrategy, {}, DEFAULT_RULES)).toMatch(
      /Mine looks ahead: .*20\d\d-/,
    )
  })

  it('a rare order by prices that were kept while a column was made', () => {
    const peeking: BarStrategy<{ all: Float64Array }> = {
      ...FACTS,
      form: 'bars',
      init(setup) {
        let all: Float64Array = new Float64Array(0)
        setup.column('harmless', ({ close }) => ((all = close), close))
        return { all }
      },
      next(desk, { all }) {
        if (all[desk.bar + 1]! > all[desk.bar]! * 1.05) desk.buy()
        else if (desk.position().size > 0) desk.close()
      },
    }
    expect(checkLookAhead(series, peeking as BarStrategy, {}, DEFAULT_RULES)).toMatch(
      /^Mine looks ahead: on 20\d\d-\d\d-\d\d it ordered buy\(\) with the bars after .* and nothing with others\./,
    )
  })
})

it('finds nothing in any built-in strategy', () => {
  for (const strategy of BUILT_IN.values())
    expect(checkLookAhead(series, strategy, {}, DEFAULT_RULES), strategy.name).toBeNull()
})

it('says nothing of bars too few to tell from', () => {
  const few = [{ ticker: 'GOOG', bars: cutBars(series[0]!.bars, 10) }]
  expect(checkLookAhead(few, BUILT_IN.get('sma-cross')!, {}, DEFAULT_RULES)).toBeNull()
})
