/**
 * What each analyst reads before it reasons: the market analyst the bars, the others what their source knew on the day.
 * Every call to a source is a tool call, journaled; what it said is numbered in the analyst's own block.
 */
import { messageOf, NotFoundError } from '../../core/errors.ts'
import type { FiledFact, Headline, NewsSource, SentimentChange, Sources } from '../../market/sources.ts'
import type { Analyst } from '../assessment-input.ts'
import { blockOf } from '../evidence/blocks.ts'
import { createFactBook } from '../evidence/filed-facts.ts'
import { currencyOfPrices, measureFundamentals } from '../evidence/fundamentals.ts'
import type { Ledger, Origin } from '../evidence/ledger.ts'
import type { Measurement } from '../evidence/measurement.ts'
import { measureNews, mergeHeadlines, type FoundHeadline } from '../evidence/news.ts'
import { admitChanges, measureSentiment } from '../evidence/sentiment.ts'
import { MARKET_TOOLS, measure, type MeasuringTool } from '../evidence/tools.ts'
import { createFundamentalsLookUps } from '../look-ups/fundamentals.ts'
import type { AnyLookUpSpec } from '../look-ups/look-up-specs.ts'
import { createMarketLookUps } from '../look-ups/market.ts'
import { createNewsLookUps } from '../look-ups/news.ts'
import { numberIn } from '../look-ups/number-look-ups.ts'
import { createSentimentLookUps } from '../look-ups/sentiment.ts'
import { createSourceFailure, isStopping, originOf, type Room, type Turn } from './room.ts'

export interface Gathered {
  ledger: Ledger
  lookUps: AnyLookUpSpec[]
  /** Of what is looked up. */
  origin: Omit<Origin, 'tool'>
  /** What could not be read, though the rest could; a sentence each. */
  missing: string[]
  /** What of the rest was left out and why, for the report; a sentence each. */
  remarks?: string[]
  /** The source answered that it has nothing: there is nothing to reason about. */
  isEmpty: boolean
}

type Gather = (room: Room, turn: Turn, sources: Sources, before: Ledger) => Promise<Gathered>

export const GATHERERS: Readonly<Record<Analyst, Gather>> = {
  market: gatherMarket,
  fundamentals: gatherFundamentals,
  news: gatherNews,
  sentiment: gatherSentiment,
}

export function hasSource(sources: Sources, analyst: Analyst): boolean {
  if (analyst === 'market') return true
  return analyst === 'news' ? sources.news.length > 0 : sources[analyst] !== null
}

async function gatherMarket(room: Room, turn: Turn, _sources: Sources, before: Ledger): Promise<Gathered> {
  const ledger = await measureAll(room, turn, MARKET_TOOLS, before, numberIn(before, blockOf('market')))
  const lookUps = createMarketLookUps(room.window)
  return { ledger, lookUps, origin: originOf(room), missing: [], isEmpty: false }
}

/** Calls those of `tools` whose values are not known yet. */
export async function measureAll(
  room: Room,
  turn: Turn,
  tools: readonly MeasuringTool[],
  before: Ledger,
  first = before.next,
): Promise<Ledger> {
  const called = new Set(before.items.map((item) => item.tool))
  let ledger = before
  let next = first
  for (const tool of tools) {
    if (called.has(tool.name)) continue
    const measured = await turn.measure(tool.name, tool.about, next, () => measure(tool, room.window))
    ledger = ledger.with(measured)
    next += measured.length
  }
  return ledger
}

async function gatherFundamentals(
  room: Room,
  turn: Turn,
  sources: Sources,
  before: Ledger,
): Promise<Gathered> {
  const { asOf, ticker, window } = room
  const source = sources.fundamentals!
  const answer = await ask(turn, room, source.name, 'company_facts', async () => {
    try {
      return { facts: await source.facts(ticker, asOf, turn.signal), unknown: null }
    } catch (error) {
      // A fund or an index files nothing: that is an answer.
      if (error instanceof NotFoundError) return { facts: [] as FiledFact[], unknown: messageOf(error) }
      throw error
    }
  })
  if (answer.unknown !== null) turn.note(`${source.name}: ${answer.unknown}.`)
  const book = createFactBook(answer.facts, asOf)
  const origin = { asOf, source: source.name }
  const { measurements, remarks } = measureFundamentals(book, source.name, {
    ...{ price: window.bar(window.length - 1).close, date: window.last },
    ...{ currency: currencyOfPrices(ticker), splits: window.splits },
  })
  return {
    ...(await tell(turn, 'fundamentals', 'fundamentals', before, origin, () => measurements)),
    remarks,
    lookUps: createFundamentalsLookUps(book, source.name),
    isEmpty: book.facts.length === 0,
  }
}

async function gatherNews(room: Room, turn: Turn, sources: Sources, before: Ledger): Promise<Gathered> {
  const { asOf } = room
  const asked = await Promise.allSettled(sources.news.map((source) => askForNews(room, turn, source)))
  if (turn.signal.aborted) throw turn.signal.reason
  const stopped = asked.find((one) => one.status === 'rejected' && isStopping(one.reason, turn.signal))
  if (stopped?.status === 'rejected') throw stopped.reason
  const found = asked.flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
  const missing = asked.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []))
  // None steps in for another: with every one of them silent there is no news to speak of.
  if (missing.length === sources.news.length) throw createSourceFailure(missing.join('; '))
  for (const problem of missing) turn.log('WARN', `a source of news did not answer: ${problem}`)
  const headlines = mergeHeadlines(found, asOf)
  const names = sources.news.map((source) => source.name).join(', ')
  const told = await tell(turn, 'news', 'headlines_found', before, { asOf, source: names }, () =>
    measureNews(headlines, asOf),
  )
  const lookUps = createNewsLookUps(headlines, asOf)
  return { ...told, missing, lookUps, isEmpty: headlines.length === 0 }
}

async function askForNews(room: Room, turn: Turn, source: NewsSource): Promise<FoundHeadline[]> {
  const args = { ticker: room.ticker, as_of: room.asOf, source: source.name }
  const headlines = await turn.call('news', args, (): Promise<Headline[]> =>
    source.headlines(room.ticker, room.asOf, turn.signal),
  )
  turn.note(`Asked ${source.name} for headlines.`)
  return headlines.map((headline) => ({ ...headline, via: source.name }))
}

async function gatherSentiment(room: Room, turn: Turn, sources: Sources, before: Ledger): Promise<Gathered> {
  const { asOf, ticker } = room
  const source = sources.sentiment!
  const found = await ask(turn, room, source.name, 'ratings_and_insiders', (): Promise<SentimentChange[]> =>
    source.changes(ticker, asOf, turn.signal),
  )
  const { changes, dropped } = admitChanges(found, asOf)
  const remarks =
    dropped === 0
      ? []
      : ['Insider trades of more shares or money than there can be were reported; they are passed over.']
  if (dropped > 0)
    turn.log('WARN', `${source.name}: ${dropped} insider trades that cannot be are passed over`)
  const origin = { asOf, source: source.name }
  return {
    ...(await tell(turn, 'sentiment', 'sentiment', before, origin, () => measureSentiment(changes, asOf))),
    remarks,
    lookUps: createSentimentLookUps(changes, asOf),
    isEmpty: changes.length === 0,
  }
}

/** A call to a source; where it fails there is nothing for this analyst to go by, and why is logged. */
async function ask<T>(
  turn: Turn,
  room: Room,
  source: string,
  tool: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    const answer = await turn.call(tool, { ticker: room.ticker, as_of: room.asOf, source }, call)
    turn.note(`Asked ${source}.`)
    return answer
  } catch (error) {
    if (isStopping(error, turn.signal)) throw error
    turn.log('WARN', `${source} did not answer: ${messageOf(error)}`)
    throw createSourceFailure(messageOf(error))
  }
}

/** What was found, measured and numbered in the analyst's block. */
async function tell(
  turn: Turn,
  analyst: Exclude<Analyst, 'market'>,
  tool: string,
  before: Ledger,
  origin: Omit<Origin, 'tool'>,
  compute: () => Measurement[],
): Promise<Omit<Gathered, 'lookUps' | 'isEmpty'>> {
  const first = blockOf(analyst).first
  const evidence = await turn.measure(tool, 'what was public on the day', first, compute, origin)
  return { ledger: before.with(evidence), origin, missing: [] }
}
