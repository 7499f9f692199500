/** What a backtest of one's own strategy says of looking ahead; built-in ones are known not to. */
import { messageOf } from '../../core/errors.ts'
import type { TradingRules } from '../../trading/rules.ts'
import { checkLookAhead } from '../../trading/strategies/check-look-ahead.ts'
import type { Params } from '../../trading/strategies/strategy.ts'
import type { Remark } from '../backtest-result.ts'
import { loadStrategy } from '../load-strategy.ts'
import type { StrategyRef } from '../strategy-catalog.ts'
import type { SharedBars } from '../task.ts'

export interface LookAheadQuestion {
  strategy: StrategyRef
  bars: SharedBars
  params: Params
  rules: TradingRules
}

/** A remark where it looks ahead, or could not be tried; else none. For a thread: it runs the strategy several times. */
export async function noteLookAhead({
  strategy: ref,
  bars,
  params,
  rules,
}: LookAheadQuestion): Promise<Remark[]> {
  if (ref.file === null) return []
  const strategy = await loadStrategy(ref)
  try {
    const found = checkLookAhead(bars.series, strategy, params, rules)
    return found === null ? [] : [{ note: found, caveat: 'looks-ahead' }]
  } catch (error) {
    const note = `Whether ${strategy.title} looks ahead could not be tried: on fewer bars it fails (${messageOf(error)}).`
    return [{ note, caveat: null }]
  }
}
