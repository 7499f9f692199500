/**
 * How good the confidence of verdicts of one kind has been: those of the same mode and the same deciding model that came
 * by their confidence in the same way, over all tickers, settled with bars up to as-of only. A verdict of models counts
 * only where none of them can have read what came after its day: how they do from memory says nothing of how they
 * judge. The Brier score is the mean of (confidence − outcome)², where the outcome
 * is 1 for a trade that made money and 0 for one that did not: 0 is perfect, and always saying one half gives 0.25.
 * Source: Brier 1950, "Verification of Forecasts Expressed in Terms of Probability".
 */
import { messageOf } from '../core/errors.ts'
import type { AsOfWindow } from '../market/window.ts'
import { decisionSchema, isOwnAnswer, type Decision } from './decision.ts'
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
  /** Once: confidence is the model's own estimate; repeatedly: the share of its answers. Absent with rules. */
  asked?: 'once' | 'repeatedly'
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
  /** YYYY-MM-DD up to which a model has read; null where nobody knows. */
  cutoffOf: (model: string) => string | null
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
async function gather(options: CalibrationOptions): Promise<Map<string, PriorVerdict[]>> {
  const { past, signal } = options
  const byTicker = new Map<string, PriorVerdict[]>()
  let found = 0
  let looked = 0
  for await (const { run_id, decision } of past) {
    signal.throwIfAborted()
    if (++looked > MAX_LOOKED_AT) break
    const ticker = tickerOf(decision, options)
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

const kindSchema = decisionSchema.pick({
  ticker: true,
  as_of: true,
  action: true,
  evidence: true,
  provenance: true,
})

/** Null for a verdict of another kind, one that asked for no trade, or one that may have been given from memory. */
function tickerOf(
  decision: unknown,
  { kind, cutoffOf }: Pick<CalibrationOptions, 'kind' | 'cutoffOf'>,
): string | null {
  const parsed = kindSchema.safeParse(decision)
  if (!parsed.success) return null
  const { ticker, as_of, action, evidence, provenance } = parsed.data
  if (action !== 'BUY' && action !== 'SELL') return null
  const model = provenance.models.portfolio_manager ?? null
  if (provenance.mode !== kind.mode || model !== kind.model) return null
  if (kind.mode === 'rules') return ticker
  if ((evidence.some(isOwnAnswer) ? 'repeatedly' : 'once') !== kind.asked) return null
  const isAhead = Object.values(provenance.models).every((one) => {
    const cutoff = cutoffOf(one)
    return cutoff !== null && cutoff < as_of
  })
  return isAhead ? ticker : null
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
