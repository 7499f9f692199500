/**
 * Run ids, tickers, time stamps and names of models: their exact patterns, checked before any of them builds a path or
 * stands in a page.
 */
import { randomBytes } from 'node:crypto'
import { InputError, quote } from './errors.ts'

/** 1–15 characters, starting with a letter, a digit or `^`. */
const TICKER = /^[A-Z0-9^][A-Z0-9.\-^=]{0,14}$/
const STAMP = /^\d{4}-\d{2}-\d{2}_\d{2}\.\d{2}\.\d{2}$/
const RUN_ID = /^([A-Z0-9^][A-Z0-9.\-^=]{0,14})--(\d{4}-\d{2}-\d{2}_\d{2}\.\d{2}\.\d{2})--([0-9a-f]{6})$/
const BATCH_ID = /^batch-\d{14}-[0-9a-f]{6}$/
/** `provider:model`, of the characters that names of models are made of: it stands in reports, logs and addresses. */
export const MODEL_NAME = /^[a-z]+:[\w.:/@-]{1,180}$/

/** What stands in a run id instead of a ticker when the run is over several. */
export const PORTFOLIO = 'PORTFOLIO'

export function isTicker(text: string): boolean {
  return TICKER.test(text)
}

export function isRunId(text: string): boolean {
  return RUN_ID.test(text)
}

export function isBatchId(text: string): boolean {
  return BATCH_ID.test(text)
}

/** Trims and upper-cases one ticker. Throws `InputError` naming `field` and the value received. */
export function parseTicker(text: string, field = 'ticker'): string {
  const trimmed = text.trim()
  // Beyond ASCII, other letters become these when upper-cased: ı becomes I.
  const ticker = /^[\x20-\x7e]*$/.test(trimmed) ? trimmed.toUpperCase() : ''
  if (!TICKER.test(ticker)) {
    throw new InputError(
      field,
      `${field} ${quote(text)} is not a ticker: 1–15 of A–Z 0–9 . - ^ =, starting with a letter, a digit or ^`,
    )
  }
  return ticker
}

/** Splits a comma-separated list into tickers, mended and without duplicates, in the order given. */
export function parseTickers(text: string, field = 'tickers'): string[] {
  const parts = text.split(',').map((part) => part.trim())
  const tickers = parts.filter((part) => part !== '').map((part) => parseTicker(part, field))
  if (tickers.length === 0) throw new InputError(field, `${field} ${quote(text)} names no ticker`)
  return [...new Set(tickers)]
}

/** `YYYY-MM-DD_HH.MM.SS`, UTC. */
export function formatStamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '.')
}

export function createRunId(ticker: string, ms: number): string {
  return `${ticker}--${formatStamp(ms)}--${randomBytes(3).toString('hex')}`
}

export function createBatchId(ms: number): string {
  const stamp = new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)
  return `batch-${stamp}-${randomBytes(3).toString('hex')}`
}

/** The parts of a run id. Throws `InputError` on anything else, so that no other text reaches a path. */
export function parseRunId(runId: string): { ticker: string; stamp: string; suffix: string } {
  const match = RUN_ID.exec(runId)
  if (!match || !STAMP.test(match[2]!))
    throw new InputError('run_id', `run_id ${quote(runId)} is not a run id`)
  return { ticker: match[1]!, stamp: match[2]!, suffix: match[3]! }
}
