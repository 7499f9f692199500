/**
 * How good the confidence of verdicts of one kind has been: those of the same mode and the same deciding model, over all
 * tickers, settled with bars up to as-of only. The Brier score is the mean of (confidence − outcome)², where the outcome
 * is 1 for a trade that made money and 0 for one that did not: 0 is perfect, and always saying one half gives 0.25.
 * Source: Brier 1950, "Verification of Forecasts Expressed in Terms of Probability".
 */
import { messageOf } from '../core/errors.ts'
import type { AsOfWindow } from '../market/window.ts'
import { decisionSchema, type Decision } from './decision.ts'
import { readPrior, type PriorVerdict } from './prior.ts'
import { followTrade } from './settle.ts'

/** Fewer settled verdicts than this say nothing yet. */
export const LEAST_SETTLED = 30
const MAX_VERDICTS = 200
const MAX_TICKERS = 20
/** Verdicts looked at to find those of the kind. */
const MAX_LOOKED_AT = 600

export interface VerdictKind {
  mode: Decision['provenance']['mode']
  /** Of the portfolio manager; null with rules. */
  model: string | null
}

export interface PastVerdictsQuery {
  /** Verdicts of another kind may be left out, as far as that can be told without reading them. */
  kind: VerdictKind
  /** YYYY-MM-DD */
  beforeAsOf: string
  excludeRunId: string
}

/**
 * Stored decisions of completed assessments, of every ticker, dated before a day, newest day first, of equal days the
 * newest run first. Those that asked for no trade (HOLD, REVIEW) may be left out. Read one by one: whoever asks stops
 * when there are enough.
 */
export type FindPastVerdicts = (
  query: PastVerdictsQuery,
) => AsyncIterable<{ run_id: string; decision: unknown }>

export interface CalibrationOptions {
  kind: VerdictKind
  past: AsyncIterable<{ run_id: string; decision: unknown }>
  loadWindow: (ticker: string) => Promise<AsOfWindow>
  signal: AbortSignal
  /** Told of a ticker whose verdicts cannot be settled. */
  warn: (message: string) => void
}

export async function calibrate(options: CalibrationOptions): Promise<Decision['calibration']> {
  const byTicker = await gather(options)
  const count = [...byTicker.values()].reduce((sum, verdicts) => sum + verdicts.length, 0)
  if (count < LEAST_SETTLED) return 'uncalibrated'
  const errors: number[] = []
  for (const [ticker, verdicts] of byTicker) {
    options.signal.throwIfAborted()
    const window = await loadOrWarn(ticker, options)
    if (window === null) continue
    for (const verdict of verdicts) {
      const followed = followTrade(verdict, window)
      if (followed?.state !== 'filled' || followed.exit.reason === 'open') continue
      errors.push((verdict.confidence - (followed.returnPct > 0 ? 1 : 0)) ** 2)
    }
  }
  if (errors.length < LEAST_SETTLED) return 'uncalibrated'
  return { n: errors.length, brier: errors.reduce((sum, error) => sum + error, 0) / errors.length }
}

/** Verdicts of the kind by ticker, one for each day. */
async function gather({ kind, past, signal }: CalibrationOptions): Promise<Map<string, PriorVerdict[]>> {
  const byTicker = new Map<string, PriorVerdict[]>()
  let found = 0
  let looked = 0
  for await (const { run_id, decision } of past) {
    signal.throwIfAborted()
    if (++looked > MAX_LOOKED_AT) break
    const ticker = tickerOf(decision, kind)
    if (ticker === null) continue
    const verdict = readPrior({ run_id, decision })
    if (verdict === null) continue
    const held = byTicker.get(ticker) ?? []
    if (held.some(({ as_of }) => as_of === verdict.as_of)) continue
    if (held.length === 0 && byTicker.size === MAX_TICKERS) continue
    byTicker.set(ticker, [...held, verdict])
    if (++found === MAX_VERDICTS) break
  }
  return byTicker
}

const kindSchema = decisionSchema.pick({ ticker: true, action: true, provenance: true })

/** Null for a verdict of another kind, or one that asked for no trade. */
function tickerOf(decision: unknown, kind: VerdictKind): string | null {
  const parsed = kindSchema.safeParse(decision)
  if (!parsed.success) return null
  const { ticker, action, provenance } = parsed.data
  const isTrade = action === 'BUY' || action === 'SELL'
  const model = provenance.models.portfolio_manager ?? null
  return isTrade && provenance.mode === kind.mode && model === kind.model ? ticker : null
}

async function loadOrWarn(
  ticker: string,
  { loadWindow, signal, warn }: CalibrationOptions,
): Promise<AsOfWindow | null> {
  try {
    return await loadWindow(ticker)
  } catch (error) {
    signal.throwIfAborted()
    warn(`verdicts on ${ticker} cannot be settled: ${messageOf(error)}`)
    return null
  }
}
