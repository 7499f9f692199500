/** The units a person writes behind or before a number, and what each means. */
import type { FigureUnit } from './figure.ts'

const SCALES: Readonly<Record<string, number>> = {
  k: 1e3,
  hundred: 1e2,
  thousand: 1e3,
  m: 1e6,
  mm: 1e6,
  mn: 1e6,
  mln: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
  t: 1e12,
  tn: 1e12,
  trillion: 1e12,
}
const SCALE_RIGHT_BEHIND = /(?:[kKmMbBT]|mm|MM|mn|mln|bn|Bn|BN|tn)(?![\p{L}\p{N}])/uy
const SCALE_AS_WORD =
  /[ \u00a0\u202f-](?:hundred|thousand|million|billion|trillion|mn|mln|bn|tn)(?![\p{L}\p{N}])/iuy
const SCALE_AS_LETTER = /[ \u00a0\u202f][KMBT](?![\p{L}\p{N}])/uy

/** The scale at `at`, and where it ends; a letter on its own counts only behind an amount of money. */
export function readScale(text: string, at: number, isMoney: boolean): { scale: number; end: number } {
  for (const pattern of [SCALE_RIGHT_BEHIND, SCALE_AS_WORD, ...(isMoney ? [SCALE_AS_LETTER] : [])]) {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    const scale = found && SCALES[found[0].replace(/[^a-z]/gi, '').toLowerCase()]
    if (scale) return { scale, end: pattern.lastIndex }
  }
  return { scale: 1, end: at }
}

const CURRENCIES: Readonly<Record<string, string>> = {
  $: 'USD',
  us$: 'USD',
  usd: 'USD',
  dollar: 'USD',
  buck: 'USD',
  '€': 'EUR',
  eur: 'EUR',
  euro: 'EUR',
  '£': 'GBP',
  gbp: 'GBP',
  pound: 'GBP',
  '¥': 'JPY',
  jpy: 'JPY',
  yen: 'JPY',
  chf: 'CHF',
  franc: 'CHF',
  cad: 'CAD',
  aud: 'AUD',
  sek: 'SEK',
  hkd: 'HKD',
}

const CURRENCY_BEFORE = /(?:US\$|[$€£¥]|\b(?:USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|HKD)[ \u00a0]?)$/

/** The currency that ends right before `at`, and where it starts. */
export function readCurrencyBefore(text: string, at: number): { name: string; start: number } | null {
  const found = CURRENCY_BEFORE.exec(text.slice(Math.max(0, at - 5), at))
  if (!found) return null
  return { name: CURRENCIES[found[0].trim().toLowerCase()]!, start: at - found[0].length }
}

export const CURRENCY_CODES: readonly string[] = [...new Set(Object.values(CURRENCIES))]

/** Longer forms before those they begin with. */
const UNITS: readonly (readonly [pattern: string, kind: FigureUnit['kind']])[] = [
  ['percentage[ -]points?|percent points?|ppts?|pp|%-points?|p\\.p\\.', 'percent_points'],
  ['%|percent|per cent|pct', 'percent'],
  ['basis points?|bps|bp', 'bps'],
  ['(?:x|×|times)[ \u00a0](?:the[ \u00a0])?(?:daily[ \u00a0])?ATRs?|ATRs?|average true ranges?', 'atr'],
  ['[x×]|times|-?fold|:1|-to-1|-to-one|to one|to 1|multiples?', 'times'],
  [
    'US\\$|[$€£¥]|USD|EUR|GBP|JPY|CHF|CAD|AUD|SEK|HKD|(?:US )?dollars?|bucks?|euros?|pounds?|yen|francs?',
    'currency',
  ],
  ['shares?', 'shares'],
  ['bars?|sessions?|trading days?|candles?', 'bars'],
  ['(?:calendar )?days?', 'days'],
  ['weeks?|months?|quarters?|years?|hours?|minutes?|seconds?', 'period'],
  ['points?(?![ \u00a0](?:to|towards?|at|out|up|down)\\b)|pts?', 'points'],
  ['trades?', 'trades'],
  ['answers?', 'answers'],
  [
    'cents?|contracts?|lots?|options?|employees|stores|customers|subscribers|users|units|barrels|ounces|tons|tonnes|degrees|analysts?|countries|people|sigmas?|standard deviations?|votes?|insiders?|articles?|headlines?',
    'thing',
  ],
]
const UNIT = new RegExp(
  `[ \\u00a0\\u202f*_\`-]{0,3}(?:${UNITS.map(([pattern]) => `(${pattern})`).join('|')})(?![\\p{L}\\p{N}])`,
  'iuy',
)

/** The unit at `at`, if one stands there, and where it ends. */
export function readUnit(text: string, at: number): { unit: FigureUnit; end: number } | null {
  UNIT.lastIndex = at
  const found = UNIT.exec(text)
  if (!found) return null
  const index = found.findIndex((group, i) => i > 0 && group !== undefined)
  const kind = UNITS[index - 1]![1]
  const word = found[index]!.toLowerCase().replace(/^us /, '')
  const end = UNIT.lastIndex
  if (kind === 'currency')
    return { unit: { kind, name: CURRENCIES[word] ?? CURRENCIES[word.replace(/s$/, '')]! }, end }
  // Deviations are how a z-score is said.
  if (/^(?:sigma|standard)/.test(word)) return { unit: { kind: 'times' }, end }
  return { unit: kind === 'thing' ? { kind, name: word.replace(/s$/, '') } : { kind }, end }
}
