/** The indicators that the committee and the lab share. */
export { kdj, type Kdj } from './kdj.ts'
export { macd, roc, rsi, stochastic, type Macd, type Stochastic } from './momentum.ts'
export { ema, sma, wma } from './moving-averages.ts'
export { rollingMax, rollingMin } from './range.ts'
export { adx, type Adx } from './trend.ts'
export {
  atr,
  bollinger,
  drawdown,
  realisedVolatility,
  trueRange,
  zScore,
  type Bollinger,
} from './volatility.ts'
export { obv } from './volume.ts'
