/**
 * A scripted desk as the pages see one: the committee's tree, verdicts in the summaries, bars behind the data step,
 * and `fillDesk`, which leaves one run in every state there is.
 */
import type { Decision, Evidence } from '../../src/committee/decision.ts'
import { planAssessment } from '../../src/committee/plan.ts'
import {
  createCommitteeState,
  EVIDENCE_EVENT,
  foldCommittee,
  GAP_EVENT,
  SPREAD_EVENT,
  THINKING_EVENT,
  UNVERIFIED_EVENT,
  type CommitteeState,
} from '../../src/committee/state.ts'
import { NotFoundError } from '../../src/core/errors.ts'
import { JOB_KINDS } from '../../src/lab/job-inputs.ts'
import { createLabState, foldLab, type LabState } from '../../src/lab/lab-state.ts'
import { summarizeJob } from '../../src/lab/summarize-job.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import type { RunFilter } from '../../src/runs/ports.ts'
import type { RunState } from '../../src/runs/state.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { listPlainly } from './plain-list.ts'
import { createScriptedDesk, type AddedRun, type ScriptedDesk } from './scripted-desk.ts'

/** Text that would do harm anywhere it is printed unescaped. */
export const HOSTILE = `<img src=x onerror=alert(1)><script>alert("x")</script> 'q' "d" </progress> [E1]`

/** Jobs of the lab fold and are summarised as they are. */
const JOBS = {
  initial: createLabState() as unknown,
  fold: (data: unknown, event: RunEvent) => foldLab(data as LabState, event),
  summary: (state: RunState) => summarizeJob(state as RunState<LabState>),
}

export interface PageDesk extends ScriptedDesk {
  /** Runs whose files were pruned: known by summary and decision, with no state. */
  readonly pruned: Set<string>
}

export function createPageDesk(): PageDesk {
  const plan = planAssessment({
    ticker: 'AAPL',
    analysts: ['market', 'fundamentals', 'news', 'sentiment'],
    rounds: 1,
    repeats: 1,
  })
  const desk = createScriptedDesk({
    plan,
    data: {
      initial: createCommitteeState(),
      fold: (data, event) => foldCommittee(data as CommitteeState, event),
    },
    kinds: Object.fromEntries(JOB_KINDS.map((kind) => [kind, JOBS])),
  })
  const pruned = new Set<string>()
  const { summary, list, state } = desk
  const decisions = new Map<string, Decision>()
  desk.feed.subscribe(({ state: { run_id, decision } }) => {
    const verdict = decision as Decision | null
    if (verdict) decisions.set(run_id, verdict)
  })
  const decided = (run: Summary): Summary => {
    const verdict = decisions.get(run.run_id)
    if (!verdict) return run
    const { action, confidence, risk_metrics: risk, position, unverified } = verdict
    const stats = {
      ...{ entry: risk.entry, stop_loss: risk.stop_loss, take_profit: risk.take_profit },
      ...{ risk_reward: risk.risk_reward, fraction_of_equity: position.fraction_of_equity },
      unverified: unverified.length,
    }
    return { ...run, decision: { action, confidence }, stats }
  }
  const listAll = () => list({ limit: Number.MAX_SAFE_INTEGER }).runs.map(decided)
  return Object.assign(desk, {
    pruned,
    summary: (runId: string) => decided(summary(runId)),
    list: (filter: RunFilter) => listPlainly(listAll(), { limit: 100, ...filter }),
    latestDecisions: (tickers: readonly string[]) => {
      const completed = listAll().filter((run) => run.status === 'completed' && run.decision)
      const latestFirst = completed.toSorted((a, b) => b.as_of!.localeCompare(a.as_of!))
      const firsts = latestFirst.filter(
        (run, i) => latestFirst.findIndex(({ ticker }) => ticker === run.ticker) === i,
      )
      return firsts.filter((run) => tickers.length === 0 || tickers.includes(run.ticker))
    },
    queue: () => {
      const count = (status: Summary['status']) => list({ status: [status] }).total
      return { running: count('in_progress'), waiting: count('pending'), max_running: 5, max_waiting: 50 }
    },
    state: async (runId: string) => {
      if (pruned.has(runId)) throw new NotFoundError(`${runId} was pruned`)
      return state(runId)
    },
    stepResult: async (runId: string, key: string) => {
      const step = (await state(runId)).steps[key]
      return step?.status === 'completed' ? step.result : undefined
    },
  })
}

/** Bars of a price that wanders, as the data step keeps them. */
export function barsOf(count = 300): {
  series: Record<'time' | 'open' | 'high' | 'low' | 'close' | 'volume', number[]> & { adjustment: string }
} {
  const first = Date.UTC(2011, 5, 1)
  const indexes = Array.from({ length: count }, (_, i) => i)
  const close = indexes.map((i) => 400 + i / 2 + 30 * Math.sin(i / 17) + 9 * Math.sin(i * 1.7))
  return {
    series: {
      time: indexes.map((i) => first + i * 86_400_000),
      open: close,
      high: close.map((price) => price * 1.01),
      low: close.map((price) => price * 0.99),
      close,
      adjustment: 'adjusted',
      volume: indexes.map((i) => 1e6 * (2 + Math.sin(i * 2.3))),
    },
  }
}

export function decisionOf(runId: string, facts: Partial<Decision> = {}): Decision {
  const evidence = ['Close', 'SMA 50', 'RSI 14', 'ATR 14', 'Realised volatility 20'].map((label, i) => ({
    id: `E${i + 1}`,
    label,
    value: [584, 571.97, 58.2, 13.55, 0.2214][i]!,
    unit: ['price', 'price', 'points', 'price', 'ratio'][i]!,
    as_of: '2012-06-29',
    source: 'sample bars, adjusted to 2012-06-29',
    tool: 'averages',
  }))
  return {
    schema_version: 1,
    run_id: runId,
    ticker: 'AAPL',
    as_of: '2012-06-29',
    action: 'BUY',
    rating: 'Buy',
    confidence: 0.64,
    confidence_basis: 'three of four roles agree',
    calibration: 'uncalibrated',
    time_horizon_days: 60,
    summary: 'Trend and momentum agree above the 50-day average [E2]; it is up 31.4 % since spring.',
    rationale: [
      { text: 'Close above its average [E2]', evidence: ['E1', 'E2'] },
      { text: 'RSI leaves room', evidence: ['E3'] },
    ],
    dissent: [{ role: 'bear', text: 'Volatility stretches', evidence: ['E5'] }],
    risk_metrics: {
      entry: 584,
      stop_loss: 556.9,
      take_profit: 638.2,
      risk_per_share: 27.1,
      reward_per_share: 54.2,
      risk_reward: 2,
      stop_loss_pct: -4.64,
      take_profit_pct: 9.28,
      atr: 13.55,
      volatility_ann_pct: 22.14,
      max_drawdown_pct: -16.7,
      var_95_pct: 2.7,
    },
    position: {
      method: 'volatility target, half Kelly',
      fraction_of_equity: 0.2,
      shares: 34,
      notional: 19_856,
      risk_amount: 921.4,
      caps: [{ rule: 'volatility_cap', from: 0.31, to: 0.2 }],
      delta: { from: 0, to: 0.2, reason: 'a new long position' },
    },
    evidence,
    unverified: [{ text: 'it is up 31.4 % since spring', number: '31.4' }],
    prior: null,
    provenance: {
      mode: 'rules',
      models: {},
      prompt_version: 'rules-1',
      vendor: 'sample',
      data_window: { first: '2000-03-01', last: '2012-06-29', bars: 3104 },
      data_hash: 'a'.repeat(64),
      journal_hash: 'b'.repeat(64),
    },
    usage: { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: null },
    markdown: '# AAPL: BUY',
    raw_text: 'AAPL: BUY',
    ...facts,
  }
}

/** Work of one agent: a step that writes a report and, unless told otherwise, ends. */
export function work(
  desk: ScriptedDesk,
  runId: string,
  agent: string,
  options: { text?: string; open?: boolean; result?: unknown } = {},
): void {
  desk.emit(runId, { type: 'step_started', key: agent, input_hash: '', attempt: 1, node_id: agent })
  const entries = [
    {
      ts: Date.UTC(2026, 10, 20, 10),
      severity: 'INFO' as const,
      source: agent,
      agent_id: agent,
      message: `${agent} begins`,
    },
  ]
  desk.emit(runId, { type: 'log_appended', key: agent, entries })
  if (options.text)
    desk.emit(runId, { type: 'content_replaced', key: agent, node_id: `${agent}_report`, text: options.text })
  if (!options.open) desk.emit(runId, { type: 'step_completed', key: agent, result: options.result ?? null })
}

export interface FilledDesk {
  batch: string
  running: string
  pending: string
  paused: string
  completed: string
  hold: string
  failed: string
  canceled: string
}

export function fillDesk(desk: PageDesk): FilledDesk {
  const batch = 'batch-20261120100000-abcdef'
  const report = '# Market\n\nThe close of 584.00 [E1] stands above [E2, E3].\n\n- one\n- two\n'
  const start = (ticker: string) => {
    const runId = desk.add({ ticker, batchId: batch })
    work(desk, runId, 'data', { result: barsOf() })
    return runId
  }
  const completed = start('AAPL')
  const older = desk.add({ ticker: 'AAPL' })
  work(desk, completed, 'market', { text: report })
  desk.emit(completed, {
    type: 'step_skipped',
    key: 'news',
    reason: 'no source of news is configured',
    node_id: 'news',
  })
  work(desk, completed, 'portfolio_manager', {
    text: '# Verdict\n\nBuy at 584.00 [E1]: it is up 31.4 % since spring [E99].',
  })
  const prior = { run_id: older, action: 'HOLD' as const, as_of: '2012-05-31', changed: ['Trend turned up'] }
  desk.emit(completed, { type: 'decision_ready', decision: decisionOf(completed, { prior }) })
  desk.complete(completed)
  desk.emit(older, { type: 'run_canceled', reason: 'asked' })

  const hold = start('GOOG')
  const levels = {
    entry: null,
    stop_loss: null,
    take_profit: null,
    risk_per_share: null,
    reward_per_share: null,
  }
  const none = { ...levels, risk_reward: null, stop_loss_pct: null, take_profit_pct: null }
  const { risk_metrics, position } = decisionOf(hold)
  desk.emit(hold, {
    type: 'decision_ready',
    decision: decisionOf(hold, {
      ticker: 'GOOG',
      action: 'HOLD',
      rating: null,
      risk_metrics: { ...risk_metrics, ...none },
      position: { ...position, fraction_of_equity: 0, shares: 0, notional: 0, risk_amount: 0, caps: [] },
      unverified: [],
    }),
  })
  desk.complete(hold)

  const failed = start('IBM')
  desk.emit(failed, { type: 'step_started', key: 'market', input_hash: '', attempt: 1, node_id: 'market' })
  desk.emit(failed, { type: 'step_failed', key: 'market', error: `prices end early ${HOSTILE}` })
  desk.emit(failed, { type: 'run_failed', error: `market: prices end early ${HOSTILE}` })

  const canceled = start('MSFT')
  desk.emit(canceled, { type: 'run_canceled', reason: 'asked' })

  const paused = start('IBM')
  work(desk, paused, 'market', { text: report })
  desk.emit(paused, { type: 'run_paused', reason: 'asked' })

  const running = start('MSFT')
  work(desk, running, 'market', {
    text: `${report}\n${HOSTILE}\n\n[link](javascript:alert(1)) <b hx-get="/x">bold</b>`,
  })
  work(desk, running, 'bull', { text: '# Bull\n\nWorking on **it**', open: true })
  desk.emit(running, { type: 'run_progress', fraction: 0.42, message: `weighing ${HOSTILE}` })
  const line = { ts: Date.UTC(2026, 10, 20, 10), source: HOSTILE, agent_id: null, message: HOSTILE }
  desk.emit(running, {
    type: 'log_appended',
    key: null,
    entries: [
      { ...line, severity: 'WARN' },
      { ...line, severity: 'ERROR' },
    ],
  })

  const pending = desk.add({ ticker: 'GOOG', batchId: batch, started: false })
  return { batch, running, pending, paused, completed, hold, failed, canceled }
}

export const MODELS = { deep: 'openai:gpt-4.1', quick: 'openai:gpt-4.1-mini' } as const
const DEEP_ROLES = ['research_manager', 'portfolio_manager']
const ROLES = ['market', 'fundamentals', 'news', 'sentiment', 'bull', 'bear', 'research_manager', 'trader']
const LATER_ROLES = ['aggressive', 'conservative', 'neutral', 'portfolio_manager']

/** A model was asked in the step of an agent. */
export function spend(
  desk: ScriptedDesk,
  runId: string,
  agent: string,
  usage: { read?: number; written?: number; usd?: number | null } = {},
): void {
  const { read = 5_120, written = 840, usd = 0.0124 } = usage
  const tokens = { calls: 1, input_tokens: read, output_tokens: written, cost_usd: usd }
  desk.emit(runId, { type: 'usage_recorded', key: agent, node_id: agent, ...tokens })
}

export function headlineOf(number: number, facts: Partial<Evidence> = {}): Evidence {
  return {
    id: `E${400 + number}`,
    label: `Headline ${number}`,
    value: 'Maker of phones says quarterly sales rose in every region, and warns that parts are scarce',
    unit: 'text',
    as_of: '2012-06-28',
    source: 'The Daily Ledger, 2012-06-28 14:05 UTC, by news feed feeds.example',
    tool: 'headlines',
    ...facts,
  }
}

/** A run in which models think, told of what they may know, up to the research. */
export function beginThinking(desk: PageDesk, options: AddedRun = {}): string {
  const { ticker = 'AAPL', identity } = options
  const runId = desk.add({ ...options, identity: { input: { ticker, mode: 'llm' }, ...identity } })
  const names = [...ROLES, ...LATER_ROLES].map((role) => [
    role,
    DEEP_ROLES.includes(role) ? MODELS.deep : MODELS.quick,
  ])
  desk.emit(runId, {
    type: THINKING_EVENT,
    mode: 'llm',
    models: Object.fromEntries(names),
    cutoffs: { [MODELS.deep]: '2024-06-01', [MODELS.quick]: '2024-06-01' },
    warning: `${MODELS.deep} and ${MODELS.quick} have read up to 2024-06-01: the verdict of 2012-06-29 may rest on what came after.`,
  })
  work(desk, runId, 'data', { result: barsOf() })
  desk.emit(runId, { type: EVIDENCE_EVENT, items: decisionOf(runId).evidence })
  work(desk, runId, 'market', {
    text: '# Market\n\nThe close of 584.00 [E1] stands above its average. Volume rose **31.4 %** in June, and the trend has held 31.4 % of the time [E3].\n',
  })
  spend(desk, runId, 'market', { read: 11_480, written: 1_905, usd: 0.0186 })
  desk.emit(runId, {
    type: UNVERIFIED_EVENT,
    role: 'market',
    figures: [
      {
        number: '31.4',
        text: 'stands above its average. Volume rose **31.4 %** in June, and the trend has held 31.4',
      },
    ],
  })
  desk.emit(runId, {
    type: EVIDENCE_EVENT,
    items: [headlineOf(1), headlineOf(2, { value: HOSTILE.repeat(3) })],
  })
  return runId
}

export interface ThinkingDesk {
  /** Ended with a verdict, its managers asked five times. */
  thought: string
  /** Paused for its budget. */
  broke: string
  /** Took over the steps of `thought`. */
  again: string
  /** An answer that could not be read. */
  unread: string
  batch: string
}

/** Runs of models in the states that runs of rules never are in. */
export function fillThinking(desk: PageDesk): ThinkingDesk {
  const batch = 'batch-20261120100000-fedcba'
  const thought = beginThinking(desk, { batchId: batch, identity: { budget: { usd: 0.5, tokens: null } } })
  desk.emit(thought, {
    type: GAP_EVENT,
    analyst: 'news',
    reason: 'news feed feeds.example answered 503 three times',
  })
  for (const role of [...ROLES.slice(4), ...LATER_ROLES]) {
    work(desk, thought, role, { text: `# ${role}\n\nThe close of 584.00 [E1] stands above [E2].` })
    spend(desk, thought, role)
  }
  const spread = [
    { answer: 'Buy', count: 3 },
    { answer: 'Hold', count: 1 },
    { answer: 'unreadable', count: 1 },
  ]
  desk.emit(thought, { type: SPREAD_EVENT, role: 'research_manager', spread: spread.slice(0, 2) })
  desk.emit(thought, { type: SPREAD_EVENT, role: 'portfolio_manager', spread })
  const provenance = {
    ...decisionOf(thought).provenance,
    mode: 'llm' as const,
    models: { market: MODELS.quick, bull: MODELS.quick, portfolio_manager: MODELS.deep },
  }
  const evidence = [
    ...decisionOf(thought).evidence,
    headlineOf(1),
    headlineOf(2, { value: HOSTILE.repeat(3) }),
  ]
  desk.emit(thought, {
    type: 'decision_ready',
    decision: decisionOf(thought, { provenance, evidence, calibration: { n: 34, brier: 0.181 } }),
  })
  desk.complete(thought)

  const broke = beginThinking(desk, {
    ticker: 'MSFT',
    batchId: batch,
    identity: { budget: { usd: 0.05, tokens: 60_000 } },
  })
  work(desk, broke, 'bull', { text: '# Bull\n\nThe trend carries [E2].' })
  spend(desk, broke, 'bull', { usd: 0.0271 })
  desk.emit(broke, {
    type: 'run_paused',
    reason:
      'budget: the next call could bring the run to 0.0702 USD, past its bound of 0.0500 USD; 0.0457 USD are spent',
  })

  const again = desk.add({
    ticker: 'AAPL',
    identity: { reuse: { run_id: thought, from_step: 'trader', keys: ['data', 'market', 'bull'] } },
  })
  work(desk, again, 'trader', { open: true })

  const unread = beginThinking(desk, { ticker: 'GOOG' })
  desk.emit(unread, { type: 'step_started', key: 'trader', input_hash: '', attempt: 1, node_id: 'trader' })
  desk.emit(unread, { type: 'step_failed', key: 'trader', error: 'no answer that can be used' })
  const { risk_metrics, position } = decisionOf(unread)
  const noTrade = {
    ...risk_metrics,
    ...{ entry: null, stop_loss: null, take_profit: null, risk_per_share: null, reward_per_share: null },
    ...{ risk_reward: null, stop_loss_pct: null, take_profit_pct: null },
  }
  const reason =
    'The trader gave no answer that can be used: stop_loss 610 lies above the entry of a BUY at 584'
  desk.emit(unread, {
    type: 'decision_ready',
    decision: decisionOf(unread, {
      ...{ ticker: 'GOOG', action: 'REVIEW', rating: null, confidence: 0, time_horizon_days: 0 },
      confidence_basis: 'No verdict was reached, so there is nothing to be confident of',
      summary: `A person has to look at GOOG. ${reason}`,
      rationale: [{ text: reason, evidence: [] }],
      dissent: [],
      unverified: [],
      provenance,
      risk_metrics: noTrade,
      position: { ...position, fraction_of_equity: 0, shares: 0, notional: 0, risk_amount: 0, caps: [] },
      raw_text: `Trader:\n${reason}`,
    }),
  })
  desk.complete(unread)
  return { thought, broke, again, unread, batch }
}
