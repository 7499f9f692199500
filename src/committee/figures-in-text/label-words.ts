/**
 * Words as labels and texts are compared by them, in the usual other wordings: `50-day moving average` for `SMA 50`,
 * `stop-loss` for `Stop`.
 */
import { toLower } from './names.ts'

const WORD = /\bstop[- ]loss\b|\btake[- ]profit\b|%[kd]\b|[+−-]di\b|\bq[1-4]\b|[a-z]+|\d+/g
const FILLERS = new Set(
  'of the to in on from per before over an and for at is as by with its or up not no our fy'.split(' '),
)
/** Other wordings, and words said in one form and written in another. */
const SAME: Readonly<Record<string, string>> = {
  sma: 'average',
  ema: 'average',
  ma: 'average',
  dma: 'average',
  averages: 'average',
  mean: 'average',
  stoch: 'stochastic',
  stochastics: 'stochastic',
  vol: 'volatility',
  volatilities: 'volatility',
  realized: 'realised',
  annualized: 'annualised',
  sales: 'revenue',
  turnover: 'revenue',
  closed: 'close',
  closes: 'close',
  closing: 'close',
  bands: 'band',
  drawdowns: 'drawdown',
  losses: 'loss',
  lost: 'loss',
  wins: 'win',
  winning: 'win',
  losing: 'loss',
  trades: 'trade',
  objective: 'target',
  targets: 'target',
  stops: 'stop',
  entries: 'entry',
  enter: 'entry',
  'stop-loss': 'stop',
  'stop loss': 'stop',
  'take-profit': 'target',
  'take profit': 'target',
  shares: 'share',
  peak: 'high',
  trough: 'low',
  floor: 'support',
  supports: 'support',
  ceiling: 'resistance',
  daily: 'day',
  today: 'day',
  session: 'day',
  weekly: 'week',
  maximum: 'max',
  deepest: 'max',
  percentile: 'rank',
  ranks: 'rank',
  gained: 'change',
  gain: 'change',
  rose: 'change',
  fell: 'change',
  earnings: 'income',
  profits: 'profit',
}
/** Too common to name evidence by themselves. */
export const COMMON = new Set(
  (
    'change day week month year position distance slope rank high low last line size rule trade average reward risk case second ratio band range ' +
    'price before answer loss win signal upper lower share amount on trend window rate total net best value k d s'
  ).split(' '),
)

/** The words of a text as labels are compared with them; digits only where names are blanked out. */
export function readWords(text: string, masked: string, start: number, end: number): Set<string> {
  const words = new Set<string>()
  for (const { 0: word, index } of toLower(text.slice(start, end)).matchAll(WORD)) {
    if (/^\d/.test(word) && masked[start + index] !== '#') continue
    if (!FILLERS.has(word)) words.add(SAME[word] ?? word)
  }
  return words
}

/** Between a name and its figure: `RSI 14 stands at 55.6`, `SMA 50 (571.97)`, `ADX: 9.9`. */
const LINKS = new Set(
  (
    'is at of was are were be reads read reading stands stood sits lies remains prints printed equals equal comes came in now currently about around roughly nearly ' +
    'approximately close near only just still a an value level points to rose fell climbed dropped moved back up down some almost'
  ).split(' '),
)
const TOKEN_BEFORE = /\bstop[- ]loss\b|\btake[- ]profit\b|%[kd]\b|[+−-]di\b|\bq#(?!#)|[a-z]+|#+|[^\s\w]/g
/** Between a name and its figure, and within a name. */
const MARKS_BETWEEN = /^[:=()*_~≈$€£¥<>≤≥+\-−]$/
const MARKS_IN_NAMES = /^[(*_’'-]$/
const STATEMENTS_APART = new Set(['and', 'but', 'while', 'with', 'so', 'as'])
const CITED_OR_CURRENCY = /\[[^\]]*\]|us\$/g
const LONGEST_NAME = 6
const CHARS_BEFORE = 90

/** The words right before a figure, and the nearest of them; null where something else stands there. */
export function readNameBefore(
  text: string,
  masked: string,
  at: number,
  from: number,
): { words: Set<string>; nearest: string } | null {
  let start = at
  const first = Math.max(from, at - CHARS_BEFORE)
  // What stands before another figure is the name of that.
  while (start > first && !isDigit(masked.charCodeAt(start - 1))) start--
  if (at - start < 2) return null
  const before = toLower(masked.slice(start, at)).replace(CITED_OR_CURRENCY, (found) =>
    ' '.repeat(found.length),
  )
  const words: string[] = []
  for (const { 0: token, index } of Array.from(before.matchAll(TOKEN_BEFORE)).reverse()) {
    const isMark = !/[a-z#]/.test(token)
    if (words.length === 0) {
      // The length in brackets belongs to the name: RSI (14).
      if (LINKS.has(token) || MARKS_BETWEEN.test(token)) continue
      if (isMark || FILLERS.has(token)) return null
    } else if (isMark) {
      if (MARKS_IN_NAMES.test(token)) continue
      break
    } else if (STATEMENTS_APART.has(token)) break
    else if (FILLERS.has(token)) continue
    const said = token.includes('#')
      ? toLower(text.slice(start + index, start + index + token.length))
      : token
    const word = token.startsWith('#') ? said.replace(/\D/g, '') : said
    words.push(SAME[word] ?? word)
    if (words.length === LONGEST_NAME) break
  }
  return words.length === 0 ? null : { words: new Set(words), nearest: words[0]! }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

export function wordsOfLabel(label: string): string[] {
  const words = toLower(label).match(WORD) ?? []
  return [...new Set(words.filter((word) => !FILLERS.has(word)).map((word) => SAME[word] ?? word))]
}
