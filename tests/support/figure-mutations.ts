/**
 * True figures made false, in the six ways in which a writer gets them wrong: the sign, the unit, the scale, the value of
 * the day before or after, that of another ticker, digits rounded away. Two kinds of text: reports of the rules, in which
 * every figure stands with its citation, and passages in the manner of language models (`model-prose.ts`).
 *
 * A mutation counts only where it makes the text untrue of the evidence it names: a neighbour's value that reads the same
 * at the digits shown is none, nor is the lost minus of what is called a loss, nor rounding that the rule allows.
 */
import type { Evidence, MeasuredEvidence } from '../../src/committee/decision.ts'
import { formatFigure } from '../../src/core/format.ts'
import { writeFigure, type WrittenPassage } from './model-prose.ts'

export const MUTATIONS = ['sign', 'unit', 'scale', 'day', 'ticker', 'rounding'] as const
export type Mutation = (typeof MUTATIONS)[number]

/** Uniform in 0..1 from a seed (mulberry32), so that a failing run can be repeated. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A figure somewhere in a text, what it states, and how it would be written with another value. */
export interface Statement {
  text: string
  start: number
  end: number
  item: MeasuredEvidence
  isCited: boolean
  /** As it stands, by the options of `writeFigure`. */
  options: readonly string[]
  /** The word of its direction, where only that says it. */
  direction: { start: number; end: number; other: string } | null
}

/** Elsewhere: the same label on neighbouring days and with other tickers. */
export interface Elsewhere {
  days: readonly (readonly Evidence[])[]
  tickers: readonly (readonly Evidence[])[]
}

export interface Mutated {
  text: string
  /** Where the mutated figure stands in it. */
  start: number
  end: number
}

const CITED = /([+−]?)([\d,]+(?:\.\d+)?)( %)? \[(E\d+)\]/g
const ROW = /\| ([+−]?)([\d,]+(?:\.\d+)?)( %)? \| \[(E\d+)\] \|/g

/** The figures of a report of the rules: `584.00 [E2]`, and the rows of its tables. */
export function statementsOfReport(text: string, evidence: readonly Evidence[]): Statement[] {
  const byId = new Map(evidence.map((item) => [item.id, item]))
  const statements: Statement[] = []
  for (const pattern of [CITED, ROW]) {
    for (const match of text.matchAll(pattern)) {
      const [whole, sign, digits, percent = '', id] = match as unknown as [
        string,
        string,
        string,
        string?,
        string?,
      ]
      const item = byId.get(id!)
      if (!item || typeof item.value !== 'number') continue
      const start = match.index + whole.indexOf(sign + digits)
      const options = [...(sign === '+' ? ['signed'] : []), ...(sign === '' && item.value < 0 ? ['abs'] : [])]
      const end = start + sign.length + digits.length + percent.length
      statements.push({
        text,
        start,
        end,
        item: item as MeasuredEvidence,
        isCited: true,
        options,
        direction: null,
      })
    }
  }
  return statements
}

export function statementsOfPassage(
  { text, figures, directions }: WrittenPassage,
  evidence: readonly Evidence[],
): Statement[] {
  const byLabel = new Map(evidence.map((item) => [item.label, item as MeasuredEvidence]))
  return figures.map(({ label, options, start, end }) => {
    const item = byLabel.get(label)!
    const word = options.includes('abs') ? directions.find((one) => one.label === label) : undefined
    const isCited = new RegExp(`\\[[^\\]]*\\b${item.id}\\b`).test(text)
    const direction = word
      ? { start: word.start, end: word.end, other: item.value >= 0 ? word.words[1] : word.words[0] }
      : null
    return { text, start, end, item, isCited, options, direction }
  })
}

/** Null where this way of getting it wrong would leave it right. */
export function mutate(
  statement: Statement,
  mutation: Mutation,
  elsewhere: Elsewhere,
  random: () => number,
): Mutated | null {
  const { item, options } = statement
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!
  switch (mutation) {
    case 'sign':
      return flipSign(statement, random)
    case 'unit':
      return swapUnit(statement, pick)
    case 'scale': {
      const factor = pick([10, 100, 1_000, 0.1, 0.01])
      return replaceValue(statement, item.value * factor)
    }
    case 'day':
    case 'ticker': {
      const sources = mutation === 'day' ? elsewhere.days : elsewhere.tickers
      const other = pick(sources)?.find(({ label }) => label === item.label)
      if (!other || typeof other.value !== 'number') return null
      // A size without its sign must not turn into the other direction.
      return replaceValue(statement, options.includes('abs') ? Math.abs(other.value) : other.value)
    }
    case 'rounding':
      return roundTooFar(statement, pick([1, 2]))
  }
}

function replace({ text, start, end }: Statement, written: string): Mutated {
  return { text: text.slice(0, start) + written + text.slice(end), start, end: start + written.length }
}

function replaceValue(statement: Statement, value: number): Mutated | null {
  const { item, options, text, start, end } = statement
  const written = writeFigure(item, value, options)
  const isSame =
    written === text.slice(start, end) ||
    Number(digitsOf(written)) === Number(digitsOf(text.slice(start, end)))
  return isSame ? null : replace(statement, written)
}

function digitsOf(written: string): string {
  return written.replace('−', '-').replace(/[^\d.-]/g, '')
}

const IS_LOSS = /drawdown|loss|worst/i

function flipSign(statement: Statement, random: () => number): Mutated | null {
  const { text, start, end, item, options, direction } = statement
  const written = text.slice(start, end)
  if (!/[1-9]/.test(written)) return null
  if (direction) {
    const shift = direction.start < start ? direction.other.length - (direction.end - direction.start) : 0
    return {
      text: text.slice(0, direction.start) + direction.other + text.slice(direction.end),
      start: start + shift,
      end: end + shift,
    }
  }
  if (written.startsWith('+')) return replace(statement, `−${written.slice(1)}`)
  if (written.startsWith('−')) {
    // A loss stated without a minus is the same loss, and what fell by so much says it in its words.
    const isSaid =
      IS_LOSS.test(item.label) ||
      /(?:fell|below|lost|declined|down|negative)\b[^.|]{0,24}$/.test(text.slice(0, start))
    const isLost = !isSaid && random() < 0.5
    return replace(statement, (isLost ? '' : '+') + written.slice(1))
  }
  return replace(statement, (options.includes('abs') && item.value < 0 ? '+' : '−') + written)
}

/** The same digits, counted as something they are not. */
function swapUnit(statement: Statement, pick: <T>(choices: readonly T[]) => T): Mutated | null {
  const { text, start, end, item, options } = statement
  // Nothing is nothing in any unit.
  if (item.value === 0) return null
  const written = text.slice(start, end)
  const digits = written.replace(/\s?(?:%|percent|x|times|k)$/, '').replace('$', '')
  // One unit for several figures is written behind the last of them: without its own a figure takes that.
  const after = text.slice(end, end + 24)
  if (options.includes('bps')) return null
  if (item.unit === '%') {
    const isShared = /^(?: \[E\d+\])?(?:,? and|,|–| to|;) ?[+−$]?\d/.test(after)
    const others = [
      `${digits} bps`,
      `${digits}x`,
      `$${digits}`,
      `${digits} points`,
      ...(isShared ? [] : [digits]),
    ]
    return replace(statement, pick(others))
  }
  const others = [`${digits} %`, `${digits}%`, `${digits} bps`, `${digits} percent`]
  if (item.unit === 'price' || item.unit === 'money')
    others.push(`€${digits}`, `${digits}x`, `${digits} points`)
  if (item.unit === 'points') others.push(`$${digits}`, `${digits}x`)
  if (item.unit === 'ratio') {
    if (options.includes('aspercent'))
      return replace(statement, pick([`${digits} bps`, `${digits}x`, `$${digits}`]))
    others.push(`$${digits}`, `${digits} shares`)
  }
  if (options.includes('k')) return replace(statement, pick([`${digits}k%`, `€${digits}k`]))
  return replace(statement, pick(others))
}

/**
 * Fewer digits than anyone may show: off by more than half a percent, a percentage without a decimal, an oscillator not
 * even whole. Figures that are said to be approximate are left alone: their words allow more.
 */
function roundTooFar(statement: Statement, significant: number): Mutated | null {
  const { text, start, end, item, options } = statement
  if (options.some((option) => ['aspercent', 'bps', 'k'].includes(option))) return null
  if (/(?:about|around|roughly|nearly|close to) \$?$/.test(text.slice(0, start))) return null
  const size = Math.abs(item.value)
  if (!(size > 0)) return null
  const place = 10 ** (Math.floor(Math.log10(size)) - significant + 1)
  const rounded = Math.round(size / place) * place
  const decimals = Math.max(0, -Math.round(Math.log10(place)))
  const house = formatFigure(size, item.unit).replace(/[^\d.]/g, '')
  const houseDecimals = house.includes('.') ? house.length - house.indexOf('.') - 1 : 0
  if (Math.abs(rounded - size) / size <= 0.005 || decimals >= houseDecimals) return null
  if (item.unit === '%' && decimals >= 1) return null
  if (item.unit === 'points' && place <= 1) return null
  const kept = options.filter((option) => !/^[ds]\d$/.test(option))
  const written = writeFigure(item, Math.sign(item.value) * rounded, [...kept, `d${decimals}`])
  return written === text.slice(start, end) ? null : replace(statement, written)
}
