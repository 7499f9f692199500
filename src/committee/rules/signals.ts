/**
 * The signals of the plain rule (`trading/plain-rule/signals.ts`), which weigh what was measured, as the committee speaks
 * of them: what each is called, how its point is said, and what answers it.
 */
import {
  PLAIN_SIGNALS,
  type PlainSignal,
  type Reading,
  type SignalId,
} from '../../trading/plain-rule/signals.ts'
import type { Quoter } from '../figures.ts'

export type SignalGroup = 'trend' | 'momentum' | 'stretch' | 'regime' | 'volume'
export const SIGNAL_GROUPS: readonly SignalGroup[] = ['trend', 'momentum', 'stretch', 'regime', 'volume']

export type { Reading }

interface SignalWords {
  /** What a person calls it, in the middle of a sentence. */
  name: string
  group: SignalGroup
  /** The point as a sentence, said when the score is not zero. */
  say(quote: Quoter, read: Reading, score: number): string
  /** Which signals of the other side take the edge off this one, the best answer first. */
  answeredBy: readonly SignalId[]
}

export type Signal = PlainSignal & SignalWords

const WORDS: Readonly<Record<SignalId, SignalWords>> = {
  long_trend: {
    name: 'the long trend',
    group: 'trend',
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
  average_order: {
    name: 'the order of the averages',
    group: 'trend',
    say: (quote, read) =>
      `SMA 50 at ${quote.of('SMA 50')} runs ${sideOf(read('SMA 50 over SMA 200'))} SMA 200 ` +
      `(${quote.signed('SMA 50 over SMA 200')}), the order of ${read('SMA 50 over SMA 200') > 0 ? 'an advance' : 'a decline'}.`,
    answeredBy: ['medium_trend', 'macd', 'month_momentum', 'direction'],
  },
  medium_trend: {
    name: 'the trend of the quarter',
    group: 'trend',
    say: (quote, read, score) =>
      `The trend of the quarter is ${link(read('Distance to SMA 50'), read('Slope of SMA 50')) === 'but' ? 'mixed, on balance ' : ''}${score > 0 ? 'a tailwind' : 'a headwind'}: close ${sideOf(read('Distance to SMA 50'))} SMA 50 ` +
      `(${quote.signed('Distance to SMA 50')}), ${link(read('Distance to SMA 50'), read('Slope of SMA 50'))} the average ${moved(read('Slope of SMA 50'))} (${quote.signed('Slope of SMA 50')} in a month).`,
    answeredBy: ['long_trend', 'overbought', 'stretch', 'volume_flow', 'macd'],
  },
  direction: {
    name: 'directional movement',
    group: 'trend',
    say: (quote, read, score) =>
      `${score > 0 ? 'Buyers' : 'Sellers'} have the upper hand, +DI 14 at ${quote.of('+DI 14')} against -DI 14 at ${quote.of('-DI 14')}, ` +
      `and ADX 14 of ${quote.of('ADX 14')} calls the trend ${read('ADX 14') >= 25 ? 'strong' : read('ADX 14') >= 18 ? 'moderate' : 'weak'}.`,
    answeredBy: ['stretch', 'overbought', 'long_trend', 'volume_flow'],
  },
  macd: {
    name: 'MACD',
    group: 'momentum',
    say: (quote, _read, score) =>
      `Momentum is turning ${score > 0 ? 'up' : 'down'}: the MACD line of ${quote.of('MACD line')} is ${sideOf(score)} its signal of ` +
      `${quote.of('MACD signal')} (histogram ${quote.signed('MACD histogram')}).`,
    answeredBy: ['long_trend', 'medium_trend', 'half_year_momentum', 'direction'],
  },
  half_year_momentum: {
    name: 'momentum over half a year',
    group: 'momentum',
    say: (quote, read) =>
      `Over half a year the price ${moved(read('ROC 126'))} (ROC 126 ${quote.signed('ROC 126')}), ${link(read('ROC 126'), read('ROC 63'))} over the last quarter it ` +
      `${moved(read('ROC 63'))} (ROC 63 ${quote.signed('ROC 63')}).`,
    answeredBy: ['month_momentum', 'macd', 'overextension', 'overbought', 'medium_trend'],
  },
  year_momentum: {
    name: 'momentum over the year',
    group: 'momentum',
    say: (quote, read) =>
      `A year ago the price was ${read('ROC 252') > 0 ? 'lower' : 'higher'} (ROC 252 ${quote.signed('ROC 252')}); ` +
      `${read('ROC 252') > 0 ? 'strength of that length tends to last' : 'weakness of that length is slow to mend'}.`,
    answeredBy: ['month_momentum', 'half_year_momentum', 'medium_trend', 'macd'],
  },
  month_momentum: {
    name: 'the last month',
    group: 'momentum',
    say: (quote, read) =>
      `The last month belonged to the ${read('ROC 21') > 0 ? 'buyers' : 'sellers'} (ROC 21 ${quote.signed('ROC 21')}).`,
    answeredBy: ['half_year_momentum', 'long_trend', 'volume_flow', 'medium_trend'],
  },
  overbought: {
    name: 'RSI at an extreme',
    group: 'stretch',
    say(quote, read, score) {
      const oscillator = read('Stochastic %K')
      const isBorneOut = score > 0 ? oscillator < 20 : oscillator > 80
      const witness = isBorneOut ? `, and Stochastic %K at ${quote.of('Stochastic %K')} agrees` : ''
      return `${score > 0 ? 'Sellers' : 'Buyers'} are exhausted: RSI 14 of ${quote.of('RSI 14')} is ${score > 0 ? 'oversold' : 'overbought'}${witness}.`
    },
    answeredBy: ['direction', 'long_trend', 'half_year_momentum', 'medium_trend'],
  },
  stretch: {
    name: 'the stretch from the average of the month',
    group: 'stretch',
    say: (quote, _read, score) =>
      `The price is stretched ${score > 0 ? 'to the downside' : 'to the upside'}: Z-score 20 of ${quote.signed('Z-score 20')} and ` +
      `Bollinger position ${quote.of('Bollinger position')} call for a move back to the mean.`,
    answeredBy: ['direction', 'medium_trend', 'volume_flow', 'macd', 'long_trend'],
  },
  overextension: {
    name: 'the distance from SMA 50',
    group: 'stretch',
    say: (quote, _read, score) =>
      `The price has run far from SMA 50 at ${quote.of('SMA 50')}: ${quote.signed('Distance to SMA 50')} where a day's range is ` +
      `${quote.of('ATR 14 of price')} of price; ${score > 0 ? 'a bounce is nearer than a further fall' : 'late buyers pay for a move that is behind them'}.`,
    answeredBy: ['direction', 'half_year_momentum', 'long_trend', 'macd'],
  },
  volatility_regime: {
    name: 'the volatility regime',
    group: 'regime',
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
  year_range: {
    name: 'the place in the range of the year',
    group: 'regime',
    say: (quote, _read, score) =>
      score > 0
        ? `Price holds near its 52-week high of ${quote.of('52-week high')} (${quote.signed('Distance to 52-week high')}), where few holders sit on losses.`
        : `Price is far under its 52-week high of ${quote.of('52-week high')} (${quote.signed('Distance to 52-week high')}), at ` +
          `${quote.of('Position in 52-week range')} of the year's range: every rally meets holders who want out.`,
    answeredBy: ['overbought', 'stretch', 'month_momentum', 'medium_trend', 'macd', 'volume_flow'],
  },
  volume_flow: {
    name: 'the flow of volume',
    group: 'volume',
    say: (quote, _read, score) =>
      `Volume ${score > 0 ? 'backs the buyers' : 'sides with the sellers'}: OBV trend of ${quote.signed('OBV trend')} of the month's turnover, ` +
      `which was ${quote.of('Volume of the month')} times that of the quarter.`,
    answeredBy: ['month_momentum', 'medium_trend', 'macd', 'direction'],
  },
  volume_push: {
    name: 'the last day’s volume',
    group: 'volume',
    say: (quote, _read, score) =>
      `The last day was a ${score > 0 ? 'day of buying' : 'day of selling'} on heavy volume: ${quote.signed('Change on the day')} at ` +
      `${quote.of('Volume ratio')} times the average.`,
    answeredBy: ['volume_flow', 'medium_trend', 'stretch', 'long_trend'],
  },
}

export const SIGNALS: readonly Signal[] = PLAIN_SIGNALS.map((signal) => ({ ...signal, ...WORDS[signal.id] }))

export function findSignal(id: string): Signal {
  const signal = SIGNALS.find((candidate) => candidate.id === id)
  if (!signal) throw new Error(`no signal is called ${JSON.stringify(id)}`)
  return signal
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
