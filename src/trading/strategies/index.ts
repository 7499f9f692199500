/** The strategies that come with the product, by name, in the order in which they are offered. */
import { bollingerBreakout } from './bollinger-breakout.ts'
import { buyAndHold } from './buy-and-hold.ts'
import { committeeRule } from './committee-rule.ts'
import { donchian } from './donchian.ts'
import { emaCross } from './ema-cross.ts'
import { kdjRsi } from './kdj-rsi.ts'
import { macd } from './macd.ts'
import { momentumRotation } from './momentum-rotation.ts'
import { rsiReversion } from './rsi-reversion.ts'
import { smaCross } from './sma-cross.ts'
import type { Strategy } from './strategy.ts'
import { zScoreReversion } from './z-score-reversion.ts'

export const BUILT_IN: ReadonlyMap<string, Strategy> = new Map(
  [
    smaCross,
    emaCross,
    macd,
    donchian,
    bollingerBreakout,
    rsiReversion,
    zScoreReversion,
    kdjRsi,
    momentumRotation as Strategy,
    committeeRule as Strategy,
    buyAndHold,
  ].map((strategy) => [strategy.name, strategy as Strategy]),
)
