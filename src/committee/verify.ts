/**
 * Does every figure in a text come from the evidence? Reads prose, lists and tables as a careful person would: a figure is
 * a number with its sign, unit and scale; names that hold digits (SMA 50, a 20-day low, a date, a citation) are no
 * figures, nor are the marks everybody knows an indicator by (an RSI above 70).
 *
 * A figure that cites evidence, right behind it or alone in its clause, must be that evidence. One that cites none must be
 * the evidence named right before it or in its row. Where nothing is, it must be evidence that its clause or its sentence
 * names; or any of its unit, if it shows digits enough not to be met by chance, or if its sentence names none. When two
 * numbers are equal is said in `figures-in-text/match.ts`.
 */
import type { Evidence } from './decision.ts'
import { createBench, type Bench } from './figures-in-text/bench.ts'
import type { Figure, ReadFigure, Span } from './figures-in-text/figure.ts'
import { isBorneOut, type Comparable } from './figures-in-text/match.ts'
import { isCustomarySpan } from './figures-in-text/names.ts'
import { createNaming, type Naming } from './figures-in-text/naming.ts'
import { toPlain } from './figures-in-text/plain-text.ts'
import { createQuoteBlanker } from './figures-in-text/quotes.ts'
import { readText, type Reading } from './figures-in-text/read-text.ts'

export type { Figure } from './figures-in-text/figure.ts'
export { markFigures } from './figures-in-text/mark-figures.ts'

/** Values a text may also state, besides the evidence: prices of a trade, fractions of equity. */
export type KnownValues = readonly (number | null)[]

/** A figure of as many digits, a sign among them, is not met by chance: it need not be what its sentence names. */
const TELLING_DIGITS = 3
const CONTEXT_CHARS = 40
/** How far behind a figure words still say that it counts days in a row. */
const CHARS_IN_A_ROW = 40

/** Those of a text's figures that nothing bears out, in its order. */
export type FigureCheck = (text: string) => Figure[]

/**
 * Holds texts against evidence and known values; what takes the evidence's measure is done once for all of them. A figure
 * that cites must match what it cites.
 */
export function createFigureCheck(evidence: readonly Evidence[], known: KnownValues = []): FigureCheck {
  const bench = createBench(evidence, known)
  const blankQuotes = createQuoteBlanker(evidence)
  return (text) => {
    const plain = toPlain(blankQuotes(text))
    return readText(plain.text, bench.mask).flatMap((reading) => {
      const found = reading.isRead ? findUnstated(reading, bench) : reading.figures
      // Too many to be told apart share the words around the first.
      let shared = reading.isRead ? undefined : ''
      return found.map((figure): Figure => {
        const { start, end } = plain.place(figure.start, figure.end)
        const unitEnd = plain.place(figure.start, figure.unitEnd).end
        const context = shared || contextOf(text, { start, end: unitEnd })
        if (shared !== undefined) shared = context
        return Object.assign(figure, { start, end, unitEnd, number: text.slice(start, end), text: context })
      })
    })
  }
}

function contextOf(text: string, { start, end }: Span): string {
  const around = text.slice(Math.max(0, start - CONTEXT_CHARS), end + CONTEXT_CHARS)
  return around.replace(/\s{2,}|[^\S ]/g, ' ').trim()
}

function findUnstated(reading: Reading, bench: Bench): ReadFigure[] {
  const named = createNaming(reading, bench)
  return reading.figures.filter((figure) => !isStated(figure, reading, bench, named))
}

function isStated(figure: ReadFigure, reading: Reading, bench: Bench, named: Naming): boolean {
  if (figure.isConvention) return true
  const unit = figure.unit ?? figure.shared?.unit
  if (unit?.kind === 'period' && figure.citedIds.length === 0 && isCustomarySpan(figure.value))
    if (!saysInARow(figure, reading)) return true
  if (isQuoted(figure, reading, bench)) return true
  if (figure.citedIds.length > 0) {
    const cited = citedItems(figure, bench, named)
    return cited.some((item) => isBorneOut(figure, item, true, bench.currencies))
  }
  if (bench.known.some((value) => isBorneOut(figure, value, false, bench.currencies))) return true
  const { items, isSure } = named(figure)
  if (items.some((item) => isBorneOut(figure, item, true, bench.currencies))) return true
  if (isSure || (items.length > 0 && countDigits(figure) < TELLING_DIGITS)) return false
  return bench.items.some((item) => isBorneOut(figure, item, false, bench.currencies))
}

/** What a figure cites; of several, those that it also names. */
function citedItems(figure: ReadFigure, { byId }: Bench, named: Naming): Comparable[] {
  const cited = figure.citedIds.flatMap((id) => byId.get(id) ?? [])
  if (cited.length < 2) return cited
  const meant = named(figure).items.filter((item) => cited.includes(item))
  return meant.length > 0 ? meant : cited
}

/** A number of a quoted text may be repeated where that text is cited. */
function isQuoted(figure: ReadFigure, { citedIds }: Reading, { quoted }: Bench): boolean {
  const ids = figure.citedIds.length > 0 ? figure.citedIds : [...citedIds]
  return ids.some((id) => quoted(id).some((said) => isSame(figure, said)))
}

function isSame(figure: ReadFigure, said: ReadFigure): boolean {
  const size = (one: ReadFigure) => Math.abs(one.value) * one.scale
  return (
    Math.abs(size(figure) - size(said)) <= 1e-9 * size(said) &&
    figure.unit?.kind === said.unit?.kind &&
    figure.unit?.name === said.unit?.name &&
    (!figure.hasSign || !said.hasSign || Math.sign(figure.value) === Math.sign(said.value))
  )
}

/** Significant ones; a sign is worth one. */
function countDigits({ number, hasSign }: ReadFigure): number {
  return number.replace(/\D/g, '').replace(/^0+/, '').length + Number(hasSign)
}

function saysInARow({ start, unitEnd }: ReadFigure, { text }: Reading): boolean {
  const around = text.slice(Math.max(0, start - CHARS_IN_A_ROW), unitEnd + CHARS_IN_A_ROW)
  return /consecutive|straight|in a row|running/i.test(around)
}
