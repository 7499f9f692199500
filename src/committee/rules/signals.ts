/**
 * What the rules look at. A signal reads a few measured values and says how far they speak for owning the instrument
 * (+1) or against it (−1). The same function judges the present evidence and every bar of the past, so that the record
 * of the rule is the record of exactly this judgement.
 *
 * The ideas are common ones: trend by averages and directional movement, momentum over months, nearness to the year's
 * high, mean reversion only where the price is stretched, calm markets over nervous ones, volume as a witness.
 */
import type { Quoter } from '../figures.ts'

export type SignalGroup = 'trend' | 'momentum' | 'stretch' | 'regime' | 'volume'
export const SIGNAL_GROUPS: readonly SignalGroup[] = ['trend', 'momentum', 'stretch', 'regime', 'volume']

/** The value called `label`, which is there when it is among the signal's `reads`. */
export type Reading = (label: string) => number

export interface Signal {
  id: string
  /** What a person calls it, in the middle of a sentence. */
  name: string
  group: SignalGroup
  /** How much it counts beside the others. */
  weight: number
  /** All of these must have been measured. */
  reads: readonly string[]
  score(read: Reading): number
  /** The point as a sentence, said when the score is not zero. */
  say(quote: Quoter, read: Reading, score: number): string
  /** Which signals of the other side take the edge off this one, the best answer first. */
  answeredBy: readonly string[]
}

export const SIGNALS: readonly Signal[] = [
  {
    id: 'long_trend',
    name: 'the long trend',
    group: 'trend',
    weight: 1.2,
    reads: ['Distance to SMA 200', 'Slope of SMA 200', 'SMA 200'],
    score: (read) =>
      0.7 * clamp(read('Distance to SMA 200') / 12) + 0.3 * clamp(read('Slope of SMA 200') / 3),
    say: (quote, read, score) =>
      `The long trend points ${score > 0 ? 'up' : 'down'}: the close is ${sideOf(read('Distance to SMA 200'))} SMA 200 at ` +
      `${quote.of('SMA 200')} (${quote.signed('Distance to SMA 200')}), ${link(read('Distance to SMA 200'), read('Slope of SMA 200'))} that average ${moved(read('Slope of SMA 200'))} ` +
      `over the month (${quote.signed('Slope of SMA 200')}).`,
    answeredBy: [
      'overextension',
      'overbought',
      'stretch',
      'month_momentum',
      'medium_trend',
      'volatility_regime',
      'macd',
    ],
  },
  {
    id: 'average_order',
    name: 'the order of the averages',
    group: 'trend',
    weight: 0.8,
    reads: ['SMA 50 over SMA 200', 'SMA 50', 'SMA 200'],
    score: (read) => clamp(read('SMA 50 over SMA 200') / 6),
    say: (quote, read) =>
      `SMA 50 at ${quote.of('SMA 50')} runs ${sideOf(read('SMA 50 over SMA 200'))} SMA 200 ` +
      `(${quote.signed('SMA 50 over SMA 200')}), the order of ${read('SMA 50 over SMA 200') > 0 ? 'an advance' : 'a decline'}.`,
    answeredBy: ['medium_trend', 'macd', 'month_momentum', 'direction'],
  },
  {
    id: 'medium_trend',
    name: 'the trend of the quarter',
    group: 'trend',
    weight: 1,
    reads: ['Distance to SMA 50', 'Slope of SMA 50'],
    score: (read) => 0.5 * clamp(read('Distance to SMA 50') / 6) + 0.5 * clamp(read('Slope of SMA 50') / 5),
    say: (quote, read, score) =>
      `The trend of the quarter is ${link(read('Distance to SMA 50'), read('Slope of SMA 50')) === 'but' ? 'mixed, on balance ' : ''}${score > 0 ? 'a tailwind' : 'a headwind'}: close ${sideOf(read('Distance to SMA 50'))} SMA 50 ` +
      `(${quote.signed('Distance to SMA 50')}), ${link(read('Distance to SMA 50'), read('Slope of SMA 50'))} the average ${moved(read('Slope of SMA 50'))} (${quote.signed('Slope of SMA 50')} in a month).`,
    answeredBy: ['long_trend', 'overbought', 'stretch', 'volume_flow', 'macd'],
  },
  {
    id: 'direction',
    name: 'directional movement',
    group: 'trend',
    weight: 0.9,
    reads: ['ADX 14', '+DI 14', '-DI 14'],
    score(read) {
      const up = read('+DI 14')
      const down = read('-DI 14')
      const lead = up + down === 0 ? 0 : (up - down) / (up + down)
      return clamp(2.5 * lead) * Math.min(1, read('ADX 14') / 25)
    },
    say: (quote, read, score) =>
      `${score > 0 ? 'Buyers' : 'Sellers'} have the upper hand, +DI 14 at ${quote.of('+DI 14')} against -DI 14 at ${quote.of('-DI 14')}, ` +
      `and ADX 14 of ${quote.of('ADX 14')} calls the trend ${read('ADX 14') >= 25 ? 'strong' : read('ADX 14') >= 18 ? 'moderate' : 'weak'}.`,
    answeredBy: ['stretch', 'overbought', 'long_trend', 'volume_flow'],
  },
  {
    id: 'macd',
    name: 'MACD',
    group: 'momentum',
    weight: 0.7,
    reads: ['MACD histogram', 'MACD line', 'MACD signal', 'ATR 14'],
    score: (read) => (read('ATR 14') > 0 ? clamp(read('MACD histogram') / (0.3 * read('ATR 14'))) : 0),
    say: (quote, _read, score) =>
      `Momentum is turning ${score > 0 ? 'up' : 'down'}: the MACD line of ${quote.of('MACD line')} is ${sideOf(score)} its signal of ` +
      `${quote.of('MACD signal')} (histogram ${quote.signed('MACD histogram')}).`,
    answeredBy: ['long_trend', 'medium_trend', 'half_year_momentum', 'direction'],
  },
  {
    id: 'half_year_momentum',
    name: 'momentum over half a year',
    group: 'momentum',
    weight: 0.9,
    reads: ['ROC 126', 'ROC 63'],
    score: (read) => clamp(read('ROC 126') / 25),
    say: (quote, read) =>
      `Over half a year the price ${moved(read('ROC 126'))} (ROC 126 ${quote.signed('ROC 126')}), ${link(read('ROC 126'), read('ROC 63'))} over the last quarter it ` +
      `${moved(read('ROC 63'))} (ROC 63 ${quote.signed('ROC 63')}).`,
    answeredBy: ['month_momentum', 'macd', 'overextension', 'overbought', 'medium_trend'],
  },
  {
    id: 'year_momentum',
    name: 'momentum over the year',
    group: 'momentum',
    weight: 0.7,
    reads: ['ROC 252'],
    score: (read) => clamp(read('ROC 252') / 40),
    say: (quote, read) =>
      `A year ago the price was ${read('ROC 252') > 0 ? 'lower' : 'higher'} (ROC 252 ${quote.signed('ROC 252')}); ` +
      `${read('ROC 252') > 0 ? 'strength of that length tends to last' : 'weakness of that length is slow to mend'}.`,
    answeredBy: ['month_momentum', 'half_year_momentum', 'medium_trend', 'macd'],
  },
  {
    id: 'month_momentum',
    name: 'the last month',
    group: 'momentum',
    weight: 0.4,
    reads: ['ROC 21'],
    score: (read) => clamp(read('ROC 21') / 10),
    say: (quote, read) =>
      `The last month belonged to the ${read('ROC 21') > 0 ? 'buyers' : 'sellers'} (ROC 21 ${quote.signed('ROC 21')}).`,
    answeredBy: ['half_year_momentum', 'long_trend', 'volume_flow', 'medium_trend'],
  },
  {
    id: 'overbought',
    name: 'RSI at an extreme',
    group: 'stretch',
    weight: 1,
    reads: ['RSI 14', 'Stochastic %K'],
    score(read) {
      const strength = read('RSI 14')
      if (strength > 68) return -clamp((strength - 66) / 14)
      return strength < 32 ? clamp((34 - strength) / 14) : 0
    },
    say(quote, read, score) {
      const oscillator = read('Stochastic %K')
      const isBorneOut = score > 0 ? oscillator < 20 : oscillator > 80
      const witness = isBorneOut ? `, and Stochastic %K at ${quote.of('Stochastic %K')} agrees` : ''
      return `${score > 0 ? 'Sellers' : 'Buyers'} are exhausted: RSI 14 of ${quote.of('RSI 14')} is ${score > 0 ? 'oversold' : 'overbought'}${witness}.`
    },
    answeredBy: ['direction', 'long_trend', 'half_year_momentum', 'medium_trend'],
  },
  {
    id: 'stretch',
    name: 'the stretch from the average of the month',
    group: 'stretch',
    weight: 0.8,
    reads: ['Z-score 20', 'Bollinger position'],
    score(read) {
      const z = read('Z-score 20')
      return Math.abs(z) < 1.8 ? 0 : -Math.sign(z) * clamp((Math.abs(z) - 1.5) / 1.2)
    },
    say: (quote, _read, score) =>
      `The price is stretched ${score > 0 ? 'to the downside' : 'to the upside'}: Z-score 20 of ${quote.signed('Z-score 20')} and ` +
      `Bollinger position ${quote.of('Bollinger position')} call for a move back to the mean.`,
    answeredBy: ['direction', 'medium_trend', 'volume_flow', 'macd', 'long_trend'],
  },
  {
    id: 'overextension',
    name: 'the distance from SMA 50',
    group: 'stretch',
    weight: 0.8,
    reads: ['Distance to SMA 50', 'ATR 14 of price', 'SMA 50'],
    score(read) {
      const range = read('ATR 14 of price')
      if (range <= 0) return 0
      const distance = read('Distance to SMA 50') / range
      return Math.abs(distance) < 4 ? 0 : -Math.sign(distance) * clamp((Math.abs(distance) - 3) / 4)
    },
    say: (quote, _read, score) =>
      `The price has run far from SMA 50 at ${quote.of('SMA 50')}: ${quote.signed('Distance to SMA 50')} where a day's range is ` +
      `${quote.of('ATR 14 of price')} of price; ${score > 0 ? 'a bounce is nearer than a further fall' : 'late buyers pay for a move that is behind them'}.`,
    answeredBy: ['direction', 'half_year_momentum', 'long_trend', 'macd'],
  },
  {
    id: 'volatility_regime',
    name: 'the volatility regime',
    group: 'regime',
    weight: 0.7,
    reads: ['Volatility rank', 'Realised volatility 20', 'Distance to SMA 200'],
    // Calm favours the trend there is, up or down; nervousness favours nobody who owns.
    score(read) {
      const away = (50 - read('Volatility rank')) / 50
      if (Math.abs(away) < 0.3) return 0
      return away < 0 ? away : away * clamp(read('Distance to SMA 200') / 6)
    },
    say(quote, read, score) {
      const rank = `Realised volatility 20 of ${quote.of('Realised volatility 20')} ranks at ${quote.of('Volatility rank')} of its year`
      if (read('Volatility rank') > 50)
        return `The market is nervous: ${rank}, and a nervous market is a poor one to own.`
      const trend = `with the close ${sideOf(score)} SMA 200 (${quote.signed('Distance to SMA 200')})`
      return score > 0
        ? `The market is calm ${trend}: ${rank}, and quiet advances are the ones that last.`
        : `The market is calm ${trend}: ${rank}, and nobody is in a hurry to end the decline.`
    },
    answeredBy: ['long_trend', 'year_range', 'half_year_momentum', 'direction'],
  },
  {
    id: 'year_range',
    name: 'the place in the range of the year',
    group: 'regime',
    weight: 0.7,
    reads: ['Distance to 52-week high', '52-week high', 'Position in 52-week range'],
    score(read) {
      const below = -read('Distance to 52-week high')
      if (below < 6) return 1 - below / 8
      return below > 20 ? -clamp((below - 15) / 20) : 0
    },
    say: (quote, _read, score) =>
      score > 0
        ? `Price holds near its 52-week high of ${quote.of('52-week high')} (${quote.signed('Distance to 52-week high')}), where few holders sit on losses.`
        : `Price is far under its 52-week high of ${quote.of('52-week high')} (${quote.signed('Distance to 52-week high')}), at ` +
          `${quote.of('Position in 52-week range')} of the year's range: every rally meets holders who want out.`,
    answeredBy: ['overbought', 'stretch', 'month_momentum', 'medium_trend', 'macd', 'volume_flow'],
  },
  {
    id: 'volume_flow',
    name: 'the flow of volume',
    group: 'volume',
    weight: 0.6,
    reads: ['OBV trend', 'Volume of the month'],
    score: (read) => clamp(read('OBV trend') / 25),
    say: (quote, _read, score) =>
      `Volume ${score > 0 ? 'backs the buyers' : 'sides with the sellers'}: OBV trend of ${quote.signed('OBV trend')} of the month's turnover, ` +
      `which was ${quote.of('Volume of the month')} times that of the quarter.`,
    answeredBy: ['month_momentum', 'medium_trend', 'macd', 'direction'],
  },
  {
    id: 'volume_push',
    name: 'the last day’s volume',
    group: 'volume',
    weight: 0.4,
    reads: ['Volume ratio', 'Change on the day'],
    score(read) {
      const excess = read('Volume ratio') - 1.3
      return excess <= 0 ? 0 : Math.sign(read('Change on the day')) * clamp(0.3 + excess)
    },
    say: (quote, _read, score) =>
      `The last day was a ${score > 0 ? 'day of buying' : 'day of selling'} on heavy volume: ${quote.signed('Change on the day')} at ` +
      `${quote.of('Volume ratio')} times the average.`,
    answeredBy: ['volume_flow', 'medium_trend', 'stretch', 'long_trend'],
  },
]

export function findSignal(id: string): Signal {
  const signal = SIGNALS.find((candidate) => candidate.id === id)
  if (!signal) throw new Error(`no signal is called ${JSON.stringify(id)}`)
  return signal
}

function clamp(value: number): number {
  return Math.max(-1, Math.min(1, value))
}

function sideOf(difference: number): string {
  return difference >= 0 ? 'above' : 'below'
}

/** Two figures that point the same way are joined, others set against each other. */
function link(first: number, second: number): 'and' | 'but' {
  return first * second < 0 ? 'but' : 'and'
}

function moved(change: number): string {
  return change > 0.05 ? 'rose' : change < -0.05 ? 'fell' : 'went nowhere'
}
