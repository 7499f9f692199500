/**
 * A desk that has been in use for half a year: thousands of finished runs in the index and, for each, the folder that
 * is left of it after pruning. The index is written by the product's own code; the folders are plain files of the same
 * shape, for syncing every one of them to the disk would take longer than all measurements.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { formatStamp } from '../../src/core/ids.ts'
import type { UsageDelta } from '../../src/runs/event.ts'
import { NO_USAGE } from '../../src/runs/usage.ts'
import type { RunStatus } from '../../src/runs/status.ts'
import { WHOLE_FILES, type FilesState, type Stats, type Summary } from '../../src/runs/summary.ts'
import { MANIFEST_FILE, MANIFEST_FORMAT, type Manifest } from '../../src/storage/manifest.ts'
import { RUN_ID_FILE } from '../../src/storage/run-directories.ts'
import { createRunIndex } from '../../src/storage/run-index.ts'

const HISTORY_DAYS = 180
const DAY_MS = 86_400_000
/** The newest stored run is this old, so that runs launched now come after all of them. */
const NEWEST_AGE_MS = 60_000
const RUNS_PER_BATCH = 4

export const SEED_TICKERS = [
  ...['AAPL', 'GOOG', 'IBM', 'MSFT', 'AMZN', 'BA', 'BRK.B', 'CAT', 'CVX', 'DIS'],
  ...['GE', 'HD', 'INTC', 'JNJ', 'JPM', 'KO', 'NVDA', 'PG', 'WMT', 'XOM'],
]
const ACTIONS = ['BUY', 'HOLD', 'SELL', 'REVIEW']

export interface DeskPlace {
  dataDir: string
  resultsDir: string
}

export async function seedDesk(dir: string, count: number): Promise<DeskPlace> {
  const place = { dataDir: join(dir, 'data'), resultsDir: join(dir, 'results') }
  const index = await createRunIndex({
    dataDir: place.dataDir,
    clock: systemClock,
    log: { warn: () => undefined },
  })
  for (const ticker of SEED_TICKERS) mkdirSync(join(place.resultsDir, ticker), { recursive: true })
  for (const summary of createSummaries(count, systemClock.now())) {
    index.put(summary)
    writeRunFolder(place.resultsDir, summary)
  }
  index.declareComplete()
  await index.close()
  return place
}

/** Oldest first; the same for the same count and time. */
function createSummaries(count: number, nowMs: number): Summary[] {
  const random = createRandom(count)
  const spacingMs = (HISTORY_DAYS * DAY_MS) / count
  return Array.from({ length: count }, (_, i) => {
    const createdMs = Math.floor(nowMs - NEWEST_AGE_MS - (count - 1 - i) * spacingMs)
    return createSummary(i, createdMs, random)
  })
}

const PHASES = [
  'phase_data',
  'phase_analysts',
  'phase_research',
  'phase_trading',
  'phase_risk',
  'phase_portfolio',
]

const MODELS = ['gpt-4.1', 'gpt-4.1-mini', 'claude-sonnet-4-5']
const SHAPES = MODELS.map(
  (model) =>
    `llm analysts=market,news rounds=1 repeats=1 market=openai:${model} portfolio_manager=openai:${model}`,
)
const FILES_EVERY = 3
const PRUNED: FilesState = { state: 'pruned', since: null, imported_at: null }

function createUsage(random: () => number): UsageDelta {
  const read = Math.round(20_000 + random() * 60_000)
  return { calls: 14, input_tokens: read, output_tokens: Math.round(read / 6), cost_usd: read / 400_000 }
}

/** As an assessment keeps them: levels where the verdict is a trade. */
function createStats(action: string, random: () => number): Stats {
  const isTrade = action === 'BUY' || action === 'SELL'
  const entry = 20 + random() * 600
  const [risk, reward] = [entry * 0.05, entry * 0.05 * (1 + random() * 2)]
  const side = action === 'BUY' ? 1 : -1
  return {
    entry: isTrade ? entry : null,
    stop_loss: isTrade ? entry - side * risk : null,
    take_profit: isTrade ? entry + side * reward : null,
    risk_reward: isTrade ? reward / risk : null,
    fraction_of_equity: isTrade ? Math.round(random() * 20) / 100 : 0,
    unverified: Math.floor(random() * 4),
  }
}

function createSummary(i: number, createdMs: number, random: () => number): Summary {
  const iso = (ms: number) => new Date(ms).toISOString()
  const batchMs = createdMs - (createdMs % 1_000)
  const ticker = SEED_TICKERS[Math.floor(random() * SEED_TICKERS.length)]!
  const executionMs = Math.round(20_000 + random() * 200_000)
  const chance = random()
  const status: RunStatus = chance < 0.9 ? 'completed' : chance < 0.96 ? 'error' : 'canceled'
  const endedAt = iso(createdMs + executionMs + 400)
  const hex = (value: number) => (value % 0x1000000).toString(16).padStart(6, '0')
  const action = ACTIONS[Math.floor(random() * ACTIONS.length)]!
  const confidence = Math.round(random() * 100) / 100
  const isThinking = random() < 0.4
  return {
    run_id: `${ticker}--${formatStamp(createdMs)}--${hex(i * 7_919)}`,
    batch_id: `batch-${iso(batchMs).replace(/\D/g, '').slice(0, 14)}-${hex(Math.floor(i / RUNS_PER_BATCH))}`,
    kind: 'assessment',
    ticker,
    as_of: iso(createdMs).slice(0, 10),
    status,
    overall_progress: status === 'completed' ? 100 : Math.floor(random() * 99),
    progress_message: status === 'completed' ? null : 'Bull researcher, Bear researcher',
    eta_seconds: null,
    current_stage: null,
    created_at: iso(createdMs),
    started_at: iso(createdMs + 400),
    updated_at: endedAt,
    last_event_at: endedAt,
    ended_at: endedAt,
    execution_ms: executionMs,
    usage: isThinking ? createUsage(random) : NO_USAGE,
    shape: isThinking ? SHAPES[i % SHAPES.length]! : 'rules analysts=market rounds=1',
    stats: status === 'completed' ? createStats(action, random) : null,
    phases: Object.fromEntries(PHASES.map((phase) => [phase, Math.round((random() * executionMs) / 3)])),
    files: i % FILES_EVERY === 0 ? { ...PRUNED, since: endedAt } : WHOLE_FILES,
    decision: status === 'completed' ? { action, confidence } : null,
    error:
      status === 'error'
        ? 'step market failed: the vendor answered with status 503 for the daily bars'
        : null,
  }
}

function writeRunFolder(resultsDir: string, summary: Summary): void {
  const folder = join(resultsDir, summary.ticker, formatStamp(Date.parse(summary.created_at)))
  mkdirSync(folder)
  const manifest: Manifest = { format: MANIFEST_FORMAT, summary, decision: summary.decision, files: [] }
  writeFileSync(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(folder, RUN_ID_FILE), `${summary.run_id}\n`)
}

/** A small repeatable generator (the constants of Numerical Recipes' 32-bit congruential one): 0 ≤ x < 1. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}
