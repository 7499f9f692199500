/**
 * What analysts and insiders did, as Yahoo Finance lists it. A change of rating is dated by the day it was made. Of an
 * insider's trade Yahoo knows the day of the trade and not of its filing, so it counts as public only some days later.
 */
import { z } from 'zod'
import { systemClock, type Clock } from '../../core/clock.ts'
import type { Net } from '../../net/net.ts'
import { dateOf } from '../series.ts'
import { createSharedLoads } from '../shared-loads.ts'
import type { SentimentChange, SentimentSource } from '../sources.ts'
import { addDays, endOfDayMs } from './days.ts'
import { cleanText } from './plain-text.ts'
import { nameSource } from './source-failure.ts'
import { createYahooSession } from './yahoo-session.ts'

const NAME = 'Yahoo Finance ratings and insiders'
const KEEP_MS = 15 * 60_000
const MAX_KEPT = 32
/** Newest of each kind. */
const MAX_CHANGES = 60
/** Form 4 is due on the second business day after the trade; five days reach over a long weekend. */
const FILING_DAYS = 5
const MAX_NAME = 120
const MAX_WHAT = 200

const ACTIONS: Record<string, string> = {
  up: 'upgrade',
  down: 'downgrade',
  init: 'initiated',
  main: 'maintained',
  reit: 'reiterated',
}

const moment = z.union([
  z.date().transform((date) => date.getTime()),
  z.number().transform((s) => s * 1_000),
  z.string().transform((text) => Date.parse(text)),
])
const text = z.string().nullish()
const figure = z.number().nullish()
const companyShape = z.object({
  upgradeDowngradeHistory: z
    .object({
      history: z.array(
        z.object({
          ...{ epochGradeDate: moment, firm: z.string(), action: text, fromGrade: text, toGrade: text },
          ...{ currentPriceTarget: figure, priorPriceTarget: figure },
        }),
      ),
    })
    .nullish(),
  insiderTransactions: z
    .object({
      transactions: z.array(
        z.object({
          ...{ startDate: moment, filerName: z.string(), filerRelation: text, transactionText: text },
          ...{ shares: figure, value: figure },
        }),
      ),
    })
    .nullish(),
})
type Company = z.infer<typeof companyShape>
type Rating = NonNullable<Company['upgradeDowngradeHistory']>['history'][number]
type Trade = NonNullable<Company['insiderTransactions']>['transactions'][number]

export interface YahooSourceOptions {
  net: Net
  clock?: Pick<Clock, 'now'>
}

/** Yahoo keeps ratings for many years and insiders' trades for about two. None for a fund or an index. */
export function createYahooSentiment({ net, clock = systemClock }: YahooSourceOptions): SentimentSource {
  const session = createYahooSession(net)
  const loads = createSharedLoads<SentimentChange[]>({ maxAgeMs: KEEP_MS, maxEntries: MAX_KEPT, clock })

  async function fetchChanges(ticker: string, signal: AbortSignal): Promise<SentimentChange[]> {
    const modules = ['upgradeDowngradeHistory', 'insiderTransactions'] as const
    const answer = await session.company(ticker, [...modules], signal)
    return answer === null ? [] : readChanges(answer, ticker)
  }

  return {
    name: NAME,
    changes(ticker, asOf, signal) {
      return nameSource(NAME, signal, async () => {
        endOfDayMs(asOf)
        const all = await loads.load(ticker, (stop) => fetchChanges(ticker, stop), signal)
        return newest(all, asOf)
      })
    },
  }
}

function newest(all: SentimentChange[], asOf: string): SentimentChange[] {
  const known = all
    .filter(({ date }) => date <= asOf)
    .sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0))
  const counts = { analyst: 0, insider: 0 }
  return known.filter(({ kind }) => (counts[kind] += 1) <= MAX_CHANGES).map((change) => ({ ...change }))
}

function readChanges(answer: unknown, ticker: string): SentimentChange[] {
  const parsed = companyShape.safeParse(answer)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new Error(`the answer about ${ticker} has an unknown shape at ${path.join('.')}: ${message}`)
  }
  const { upgradeDowngradeHistory: ratings, insiderTransactions: trades } = parsed.data
  return [
    ...(ratings?.history ?? []).filter(({ epochGradeDate: at }) => isMoment(at)).map(describeRating),
    ...(trades?.transactions ?? []).filter(({ startDate: at }) => isMoment(at)).map(describeTrade),
  ]
}

/** Seconds of nought stand for a date that Yahoo does not have. */
function isMoment(ms: number): boolean {
  return ms > 0 && ms < 8.64e15
}

function describeRating({ epochGradeDate, firm, action, ...rating }: Rating): SentimentChange {
  const { fromGrade, toGrade, currentPriceTarget, priorPriceTarget } = rating
  const target = currentPriceTarget ? `; price target ${currentPriceTarget}` : ''
  const before = target && priorPriceTarget ? ` after ${priorPriceTarget}` : ''
  return {
    kind: 'analyst',
    date: dateOf(epochGradeDate),
    who: cleanText(firm, MAX_NAME),
    what: cleanText(`${ACTIONS[action ?? ''] ?? (action || 'rated')}${target}${before}`, MAX_WHAT),
    from: fromGrade ? cleanText(fromGrade, MAX_NAME) : null,
    to: toGrade ? cleanText(toGrade, MAX_NAME) : null,
    shares: null,
    value: null,
  }
}

function describeTrade({ startDate, filerName, filerRelation, ...trade }: Trade): SentimentChange {
  const traded = dateOf(startDate)
  const said = cleanText(trade.transactionText ?? '', MAX_WHAT) || 'transaction of an unsaid kind'
  // Awards, gifts and conversions are no view on the price: only what was bought or sold is counted.
  const sign = /^sale\b/i.test(said) ? -1 : /^purchase\b/i.test(said) ? 1 : 0
  const isTrade = sign !== 0 && typeof trade.shares === 'number'
  return {
    kind: 'insider',
    date: addDays(traded, FILING_DAYS),
    who: cleanText(filerRelation ? `${filerName} (${filerRelation})` : filerName, MAX_NAME),
    what: `${said.replace(/\.$/, '')} (traded ${traded})`,
    from: null,
    to: null,
    shares: isTrade ? sign * Math.abs(trade.shares!) : null,
    value: trade.value ?? null,
  }
}
