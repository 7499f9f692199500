/**
 * What the plain rule looks at. A signal reads a few measured values and says how far they speak for owning the instrument
 * (+1) or against it (−1). The same function judges the evidence of the day and every bar of the past, so that the record
 * of the rule is the record of exactly this judgement.
 *
 * The ideas are common ones: trend by averages and directional movement, momentum over months, nearness to the year's
 * high, mean reversion only where the price is stretched, calm markets over nervous ones, volume as a witness.
 */

/** The value called `label`, which is there when it is among the signal's `reads`. */
export type Reading = (label: string) => number

export interface PlainSignal {
  id: SignalId
  /** How much it counts beside the others. */
  weight: number
  /** All of these must have been measured. */
  reads: readonly string[]
  score(read: Reading): number
}

export type SignalId =
  | 'long_trend'
  | 'average_order'
  | 'medium_trend'
  | 'direction'
  | 'macd'
  | 'half_year_momentum'
  | 'year_momentum'
  | 'month_momentum'
  | 'overbought'
  | 'stretch'
  | 'overextension'
  | 'volatility_regime'
  | 'year_range'
  | 'volume_flow'
  | 'volume_push'

export const PLAIN_SIGNALS: readonly PlainSignal[] = [
  {
    id: 'long_trend',
    weight: 1.2,
    reads: ['Distance to SMA 200', 'Slope of SMA 200', 'SMA 200'],
    score: (read) =>
      0.7 * clamp(read('Distance to SMA 200') / 12) + 0.3 * clamp(read('Slope of SMA 200') / 3),
  },
  {
    id: 'average_order',
    weight: 0.8,
    reads: ['SMA 50 over SMA 200', 'SMA 50', 'SMA 200'],
    score: (read) => clamp(read('SMA 50 over SMA 200') / 6),
  },
  {
    id: 'medium_trend',
    weight: 1,
    reads: ['Distance to SMA 50', 'Slope of SMA 50'],
    score: (read) => 0.5 * clamp(read('Distance to SMA 50') / 6) + 0.5 * clamp(read('Slope of SMA 50') / 5),
  },
  {
    id: 'direction',
    weight: 0.9,
    reads: ['ADX 14', '+DI 14', '-DI 14'],
    score(read) {
      const up = read('+DI 14')
      const down = read('-DI 14')
      const lead = up + down === 0 ? 0 : (up - down) / (up + down)
      return clamp(2.5 * lead) * Math.min(1, read('ADX 14') / 25)
    },
  },
  {
    id: 'macd',
    weight: 0.7,
    reads: ['MACD histogram', 'MACD line', 'MACD signal', 'ATR 14'],
    score: (read) => (read('ATR 14') > 0 ? clamp(read('MACD histogram') / (0.3 * read('ATR 14'))) : 0),
  },
  {
    id: 'half_year_momentum',
    weight: 0.9,
    reads: ['ROC 126', 'ROC 63'],
    score: (read) => clamp(read('ROC 126') / 25),
  },
  {
    id: 'year_momentum',
    weight: 0.7,
    reads: ['ROC 252'],
    score: (read) => clamp(read('ROC 252') / 40),
  },
  {
    id: 'month_momentum',
    weight: 0.4,
    reads: ['ROC 21'],
    score: (read) => clamp(read('ROC 21') / 10),
  },
  {
    id: 'overbought',
    weight: 1,
    reads: ['RSI 14', 'Stochastic %K'],
    score(read) {
      const strength = read('RSI 14')
      if (strength > 68) return -clamp((strength - 66) / 14)
      return strength < 32 ? clamp((34 - strength) / 14) : 0
    },
  },
  {
    id: 'stretch',
    weight: 0.8,
    reads: ['Z-score 20', 'Bollinger position'],
    score(read) {
      const z = read('Z-score 20')
      return Math.abs(z) < 1.8 ? 0 : -Math.sign(z) * clamp((Math.abs(z) - 1.5) / 1.2)
    },
  },
  {
    id: 'overextension',
    weight: 0.8,
    reads: ['Distance to SMA 50', 'ATR 14 of price', 'SMA 50'],
    score(read) {
      const range = read('ATR 14 of price')
      if (range <= 0) return 0
      const distance = read('Distance to SMA 50') / range
      return Math.abs(distance) < 4 ? 0 : -Math.sign(distance) * clamp((Math.abs(distance) - 3) / 4)
    },
  },
  {
    id: 'volatility_regime',
    weight: 0.7,
    reads: ['Volatility rank', 'Realised volatility 20', 'Distance to SMA 200'],
    // Calm favours the trend there is, up or down; nervousness favours nobody who owns.
    score(read) {
      const away = (50 - read('Volatility rank')) / 50
      if (Math.abs(away) < 0.3) return 0
      return away < 0 ? away : away * clamp(read('Distance to SMA 200') / 6)
    },
  },
  {
    id: 'year_range',
    weight: 0.7,
    reads: ['Distance to 52-week high', '52-week high', 'Position in 52-week range'],
    score(read) {
      const below = -read('Distance to 52-week high')
      if (below < 6) return 1 - below / 8
      return below > 20 ? -clamp((below - 15) / 20) : 0
    },
  },
  {
    id: 'volume_flow',
    weight: 0.6,
    reads: ['OBV trend', 'Volume of the month'],
    score: (read) => clamp(read('OBV trend') / 25),
  },
  {
    id: 'volume_push',
    weight: 0.4,
    reads: ['Volume ratio', 'Change on the day'],
    score(read) {
      const excess = read('Volume ratio') - 1.3
      return excess <= 0 ? 0 : Math.sign(read('Change on the day')) * clamp(0.3 + excess)
    },
  },
]

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value))
}
