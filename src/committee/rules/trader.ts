/** The trader, by rules: turns the stance of research into a trade, with levels from ATR and the chart. */
import { createLedger, type Ledger } from '../evidence/ledger.ts'
import { createQuoter, joinBlocks, type Quoter } from '../figures.ts'
import { BACKTEST_LABELS } from '../past-backtest.ts'
import type { Reasoner, ReasoningAid, TradeFinding, TraderBrief } from '../reasoner.ts'
import { STOP_ATR, TARGET_ATR } from '../../trading/plain-rule/plain-rule.ts'
import { roundToTick, type PriceLevels, type TradeSide } from '../trade-levels.ts'

/** Farther from SMA 20 than this, in ATR, the trader waits for the price to come back to a level. */
const CHASING_ATR = 1.5
/** How far away, in ATR, such a level may lie. */
const PULLBACK_ATR = { least: 0.25, most: 1 }
/** A turning point this far from the entry, in ATR, is where the stop belongs: just beyond it. */
const STOP_LEVEL_ATR = { least: 1, most: 2.75, beyond: 0.25 }
/** A turning point this many times the risk away is where the target belongs: just before it. */
const TARGET_LEVEL = { leastRisks: 1.5, mostAtr: 6, beforeAtr: 0.1 }

/** A level nearer than this, in ATR, is no obstacle. */
const OBSTACLE_ATR = 0.25
/** How far away, in ATR, a level is worth waiting for. */
const TRIGGER_ATR = { least: 0.5, most: 4 }

interface Chosen {
  price: number
  /** Why there, as the end of a sentence; figures cited. */
  because: string
}

export const traderByRules: Reasoner<TraderBrief, TradeFinding> = {
  reason(brief, aid) {
    aid.note(`Answered the research manager, whose stance is ${brief.research.stance}.`)
    return Promise.resolve(chooseTrade(brief, aid))
  },
}

function chooseTrade({ research, ticker, evidence }: TraderBrief, aid: ReasoningAid): TradeFinding {
  const ledger = createLedger(evidence)
  const record = joinBlocks(describeRecord(ledger), describeBacktest(ledger))
  if (research.stance === 'REVIEW') {
    return standAside('REVIEW', research.reason, joinBlocks('# No trade', research.reason, record))
  }
  if (research.stance === 'HOLD') {
    const triggers = describeTriggers(ledger)
    const report = joinBlocks('# No trade for now', `Nothing to do in ${ticker}. ${triggers}`, record)
    return standAside('HOLD', triggers, report)
  }
  const side: TradeSide = research.stance === 'BUY' ? 1 : -1
  const range = ledger.value('ATR 14')
  if (range === undefined || !(range > 0)) {
    const reason = `${ticker} shows no daily range to place a stop by.`
    return standAside('REVIEW', reason, joinBlocks('# No trade', reason))
  }
  const { levels, because } = planTrade(ledger, side, range)
  const verb = side === 1 ? 'Buy' : 'Sell'
  const reason = `${verb} ${because.entry}; the stop goes ${because.stop}, the target ${because.target}.`
  const caution = describeObstacle(ledger, side, levels, range)
  aid.note('Placed entry, stop and target by ATR and the levels of the chart.')
  aid.log('INFO', `entry ${levels.entry}, stop ${levels.stop_loss}, target ${levels.take_profit}`)
  const report = joinBlocks(`# ${verb} ${ticker}`, reason, caution, record)
  return { stance: research.stance, reason, side, levels, caution, report }
}

function standAside(stance: 'HOLD' | 'REVIEW', reason: string, report: string): TradeFinding {
  return { stance, reason, side: null, levels: null, caution: null, report }
}

interface Plan {
  levels: PriceLevels
  because: { entry: string; stop: string; target: string }
}

function planTrade(ledger: Ledger, side: TradeSide, range: number): Plan {
  const quote = createQuoter(ledger)
  const entry = chooseEntry(ledger, quote, side, range)
  const stop = chooseStop(ledger, quote, side, range, entry.price)
  const target = chooseTarget(ledger, quote, side, range, entry.price, stop.price)
  return {
    levels: { entry: entry.price, stop_loss: stop.price, take_profit: target.price },
    because: { entry: entry.because, stop: stop.because, target: target.because },
  }
}

function chooseEntry(ledger: Ledger, quote: Quoter, side: TradeSide, range: number): Chosen {
  const close = ledger.get('Last close').value
  const average = ledger.value('SMA 20')
  if (average !== undefined && (side * (close - average)) / range > CHASING_ATR) {
    const level = nearestLevel(ledger, ['SMA 20', ...levelsBehind(side)], (price) => {
      const away = (side * (close - price)) / range
      return away >= PULLBACK_ATR.least && away <= PULLBACK_ATR.most
    })
    if (level) {
      const price = roundToTick(ledger.get(level).value)
      const where = `the last close of ${quote.of('Last close')} has run from SMA 20 at ${quote.of('SMA 20')}`
      return { price, because: `on a return to ${quote.of(level)}, for ${where}` }
    }
  }
  return { price: roundToTick(close), because: `at the last close of ${quote.of('Last close')}` }
}

function chooseStop(ledger: Ledger, quote: Quoter, side: TradeSide, range: number, entry: number): Chosen {
  const level = nearestLevel(ledger, levelsBehind(side), (price) => {
    const away = (side * (entry - price)) / range
    return away >= STOP_LEVEL_ATR.least && away <= STOP_LEVEL_ATR.most
  })
  if (level) {
    const price = roundToTick(ledger.get(level).value - side * STOP_LEVEL_ATR.beyond * range)
    return { price, because: `just ${side === 1 ? 'under the low' : 'over the top'} at ${quote.of(level)}` }
  }
  const price = roundToTick(entry - side * STOP_ATR * range)
  return {
    price,
    because: `a multiple of ATR 14 (${quote.of('ATR 14')}) away, as no turning point lies at a useful distance`,
  }
}

function chooseTarget(
  ledger: Ledger,
  quote: Quoter,
  side: TradeSide,
  range: number,
  entry: number,
  stop: number,
): Chosen {
  const risk = Math.abs(entry - stop)
  const level = nearestLevel(ledger, levelsAhead(side), (price) => {
    const away = side * (price - entry)
    return away >= TARGET_LEVEL.leastRisks * risk && away <= TARGET_LEVEL.mostAtr * range
  })
  if (level) {
    const price = roundToTick(ledger.get(level).value - side * TARGET_LEVEL.beforeAtr * range)
    return { price, because: `just before the ${side === 1 ? 'top' : 'low'} at ${quote.of(level)}` }
  }
  const price = roundToTick(
    Math.max(entry + side * Math.max(TARGET_ATR * range, TARGET_LEVEL.leastRisks * risk), entry * 0.05),
  )
  return { price, because: `in open space, a multiple of ATR 14 (${quote.of('ATR 14')}) away` }
}

/** What stands between entry and target, and not so near that any day may pass it; null for nothing. */
function describeObstacle(
  ledger: Ledger,
  side: TradeSide,
  { entry, take_profit }: PriceLevels,
  range: number,
): string | null {
  const between = nearestLevel(
    ledger,
    levelsAhead(side),
    (price) => side * (price - entry) > OBSTACLE_ATR * range && side * (take_profit - price) > 0,
  )
  if (!between) return null
  const price = createQuoter(ledger).of(between)
  return `On the way to the target stands ${price}: the trade has to ${side === 1 ? 'clear that top' : 'break that low'} to pay.`
}

/** Which levels would bring a trade about: those that a few days could reach, and no single one by chance. */
function describeTriggers(ledger: Ledger): string {
  const quote = createQuoter(ledger)
  const close = ledger.value('Last close')
  const range = ledger.value('ATR 14')
  const trigger = (side: TradeSide) =>
    nearestLevel(ledger, levelsAhead(side), (price) => {
      if (close === undefined || range === undefined) return false
      const away = side * (price - close)
      return away >= TRIGGER_ATR.least * range && away <= TRIGGER_ATR.most * range
    })
  const [up, down] = [trigger(1), trigger(-1)]
  if (up && down)
    return `A close above ${quote.of(up)} would bring the bull’s case to life, a close below ${quote.of(down)} the bear’s.`
  if (up) return `A close above ${quote.of(up)} would bring the bull’s case to life.`
  if (down) return `A close below ${quote.of(down)} would bring the bear’s case to life.`
  return 'No level of the chart is near enough to wait for.'
}

/** What the rule's own past trades say. */
function describeRecord(ledger: Ledger): string {
  const quote = createQuoter(ledger)
  const table = quote.table([
    ...['Rule trades', 'Rule hit rate', 'Rule average win', 'Rule average loss'],
    ...['Rule payoff', 'Rule expectancy', 'Rule profit factor'],
  ])
  if (table === '') return ''
  const expectancy = ledger.value('Rule expectancy')
  const trades = quote.count('Rule trades')
  const prose =
    expectancy === undefined
      ? `The plain rule has made ${trades} on this side: there is no record to lean on.`
      : `In ${trades} on this side the plain rule ${expectancy > 0 ? 'made' : 'lost'} ${quote.size('Rule expectancy')} a trade, costs included. ` +
        'It takes the next open and sets its stop and target by ATR alone, not by the levels of the chart.'
  return joinBlocks('## Record of the plain rule', prose, table)
}

/** What a backtest in the lab says of the ticker, where there was one. */
function describeBacktest(ledger: Ledger): string {
  const { returned, sharpe, drawdown, trades } = BACKTEST_LABELS
  if (!ledger.has(returned, trades)) return ''
  const quote = createQuoter(ledger)
  const prose =
    `A backtest on this ticker, by a rule of its own and not by that of this trade, returned ${quote.signed(returned)} ` +
    `in ${quote.count(trades)}. Its bars end no later than those of this verdict.`
  return joinBlocks('## Backtest', prose, quote.table([returned, sharpe, drawdown, trades]))
}

/** Turning points on the side the trade is protected from, nearest first. */
function levelsBehind(side: TradeSide): string[] {
  return side === 1 ? ['Support', 'Second support'] : ['Resistance', 'Second resistance']
}

function levelsAhead(side: TradeSide): string[] {
  return levelsBehind(side === 1 ? -1 : 1)
}

function nearestLevel(
  ledger: Ledger,
  labels: readonly string[],
  isFit: (price: number) => boolean,
): string | undefined {
  return labels.find((label) => {
    const price = ledger.value(label)
    return price !== undefined && isFit(price)
  })
}
