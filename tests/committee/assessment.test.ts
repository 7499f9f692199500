import { describe, expect, it } from 'vitest'
import type { Decision } from '../../src/committee/decision.ts'
import { citedIds } from '../../src/committee/figures.ts'
import { DATA_STEP, NO_SOURCE } from '../../src/committee/plan.ts'
import type { CommitteeState } from '../../src/committee/state.ts'
import type { RunState } from '../../src/runs/state.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { foldAll } from '../../src/runs/fold.ts'
import { assess, createSampleAssessment, sampleMarket } from '../support/assessments.ts'
import {
  contentOf,
  createRunRecord,
  executeOver,
  StoppedError,
  type RunRecord,
} from '../support/run-context.ts'

const REQUEST = { ticker: 'AAPL', as_of: '2012-06-29', rounds: 2 }
const AS_OF = '2012-06-29'

/** Without what only its own run gives it. */
function sameIn(decision: Decision): unknown {
  const { run_id: _run, prior: _prior, provenance, ...rest } = decision
  return { ...rest, provenance: { ...provenance, journal_hash: '' } }
}

function foldRecord(record: RunRecord, input: unknown) {
  const workflow = createSampleAssessment()
  const at = '2026-11-20T10:00:00.000Z'
  const created = {
    ...{
      type: 'run_created',
      run_id: record.runId,
      batch_id: 'batch-20261120100000-0a1b2c',
      kind: 'assessment',
    },
    ...{ ticker: record.ticker, as_of: record.asOf, input, parent: null, created_at: at },
  }
  const events = [created, { type: 'run_started' }, ...record.events, { type: 'run_completed', result: null }]
  const numbered = events.map((event, i) => ({ ...event, seq: i + 1, at })) as RunEvent[]
  const state = foldAll(workflow, numbered, { logLines: 100 }) as RunState<CommitteeState>
  return { workflow, state }
}

describe('an assessment', () => {
  it('ends with a decision that holds to its schema and names its window, vendor and rules', async () => {
    const { decision } = await assess(createSampleAssessment(), REQUEST)
    expect(decision).toMatchObject({
      ...{ ticker: 'AAPL', as_of: AS_OF, prior: null, calibration: 'uncalibrated', time_horizon_days: 60 },
      provenance: {
        ...{ mode: 'rules', models: {}, prompt_version: 'rules-2', vendor: 'sample' },
        data_window: { first: '2000-03-01', last: AS_OF, bars: 3104 },
      },
      usage: { calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 },
    })
    expect(decision.provenance.data_hash).toMatch(/^[0-9a-f]{64}$/)
    expect(decision.provenance.journal_hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('loads the bars once, and keeps them as the result of the data step', async () => {
    let loads = 0
    const market = {
      ...sampleMarket,
      loadWindow: (...args: Parameters<typeof sampleMarket.loadWindow>) => {
        loads++
        return sampleMarket.loadWindow(...args)
      },
    }
    const { record } = await assess(createSampleAssessment({ market }), REQUEST)
    expect(loads).toBe(1)
    const data = JSON.parse(record.results.get(DATA_STEP)!) as Record<string, unknown>
    expect(Object.keys(data)).toEqual(['series', 'hash', 'first', 'last', 'bars'])
    expect(data).toMatchObject({ first: '2000-03-01', last: AS_OF, bars: 3104, series: { ticker: 'AAPL' } })
  })

  it('plans every node that its steps work for, and the tree is complete when it ends', async () => {
    const { record, input } = await assess(createSampleAssessment(), REQUEST)
    const { state } = foldRecord(record, input)
    const phases = Object.values(state.nodes).filter((node) => node.node_type === 'phase')
    expect(phases.map((node) => [node.label, node.status])).toEqual(
      ['Data', 'Analysts', 'Research', 'Trading', 'Risk', 'Portfolio'].map((label) => [label, 'completed']),
    )
    for (const node of Object.values(state.nodes)) {
      if (node.node_type !== 'agent') continue
      const skipped = ['fundamentals', 'news', 'sentiment'].includes(node.id)
      expect(node, node.id).toMatchObject({
        status: skipped ? 'skipped' : 'completed',
        steps_done: skipped ? 0 : node.steps_planned,
      })
      for (const kind of ['report', 'messages']) {
        expect(state.nodes[`${node.id}_${kind}`], node.id).toMatchObject({
          parent_id: node.id,
          node_type: kind,
        })
        if (!skipped)
          expect(state.content[`${node.id}_${kind}`]?.text ?? '', `${node.id}_${kind}`).not.toBe('')
      }
    }
    expect(state.nodes.bull).toMatchObject({ steps_planned: 2 })
  })

  it('shows in its state where each role stands, and in its summary the verdict', async () => {
    const { record, input, decision } = await assess(createSampleAssessment(), REQUEST)
    const { workflow, state } = foldRecord(record, input)
    expect(state.data).toEqual({
      ...{ thinking: null, unverified: {}, spreads: {}, gaps: [] },
      evidence: decision.evidence,
      stances: [
        { role: 'research_manager', stance: 'BUY' },
        { role: 'trader', stance: 'BUY' },
        ...['aggressive', 'conservative', 'neutral'].map((role) => ({ role, stance: 'CARRY' })),
        { role: 'portfolio_manager', stance: 'BUY' },
      ],
    })
    const shape = 'rules analysts=market+fundamentals+news+sentiment rounds=2'
    const { entry, stop_loss, take_profit, risk_reward } = decision.risk_metrics
    const { fraction_of_equity } = decision.position
    expect(workflow.summary(state)).toEqual({
      decision: { action: decision.action, confidence: decision.confidence },
      shape,
      stats: { entry, stop_loss, take_profit, risk_reward, fraction_of_equity, unverified: 0 },
    })
    expect(workflow.summary({ ...state, decision: null })).toEqual({ decision: null, shape, stats: null })
  })

  it('shows what was measured as soon as the role that measured it is done, each item once', async () => {
    const { record, input, decision } = await assess(createSampleAssessment(), REQUEST)
    const done = record.events.findIndex((event) => event.type === 'step_completed' && event.key === 'market')
    const next = record.events.findIndex((event) => event.type === 'step_started' && event.key === 'bull:1')
    const midway = foldRecord({ ...record, events: record.events.slice(0, next) }, input).state.data.evidence
    expect(next).toBeGreaterThan(done)
    expect(midway).toEqual(decision.evidence.slice(0, midway.length))
    for (const id of citedIds(contentOf(record, 'market_report')))
      expect(midway.map((item) => item.id)).toContain(id)
    const shown = record.events.filter((event) => event.type === 'evidence_measured')
    expect(shown.flatMap((event) => (event as unknown as { items: unknown[] }).items)).toHaveLength(
      decision.evidence.length,
    )
  })

  it('skips analysts without a source, each with its reason, and leaves out those not chosen', async () => {
    const all = await assess(createSampleAssessment(), REQUEST)
    expect(Object.fromEntries(all.record.skipped)).toEqual(
      Object.fromEntries(Object.entries(NO_SOURCE).map(([node, reason]) => [node, { reason, node }])),
    )
    const some = await assess(createSampleAssessment(), { ...REQUEST, analysts: ['market', 'news'] })
    expect([...some.record.skipped.keys()]).toEqual(['news'])
    const planned = createSampleAssessment().plan(some.input)
    expect(planned[1]!.children!.map((node) => node.id)).toEqual(['market', 'news'])
    expect(sameIn(some.decision)).toEqual(sameIn(all.decision))
  })

  it('asks for a person when no analyst brought evidence, and still states the risk', async () => {
    const { decision, record } = await assess(createSampleAssessment(), { ...REQUEST, analysts: ['news'] })
    expect(decision).toMatchObject({ action: 'REVIEW', rating: null, confidence: 0 })
    expect(decision.summary).toContain('No analyst brought evidence')
    expect(decision.risk_metrics).toMatchObject({
      entry: null,
      atr: expect.any(Number),
      var_95_pct: expect.any(Number),
    })
    expect(contentOf(record, 'bull_report')).toContain('Nothing that was measured speaks for owning AAPL')
  })

  it('lets analysts, and later the risk voices, work side by side', async () => {
    const started: string[] = []
    const { record } = await assess(createSampleAssessment(), REQUEST, {
      onStepStart: (key) => started.push(key),
    })
    const at = (type: string, key: string) =>
      record.events.findIndex((event) => event.type === type && 'key' in event && event.key === key)
    for (const analyst of ['fundamentals', 'news', 'sentiment']) {
      expect(at('step_skipped', analyst)).toBeLessThan(at('step_completed', 'market'))
    }
    const voices = ['aggressive', 'conservative', 'neutral']
    const lastStart = Math.max(...voices.map((voice) => at('step_started', voice)))
    const firstEnd = Math.min(...voices.map((voice) => at('step_completed', voice)))
    expect(lastStart).toBeLessThan(firstEnd)
    expect(started.filter((key) => voices.includes(key))).toEqual(voices)
  })

  it('gives the same bytes for the same input', async () => {
    const one = await assess(createSampleAssessment(), REQUEST)
    const other = await assess(createSampleAssessment(), REQUEST)
    expect(JSON.stringify(one.record.decision)).toBe(JSON.stringify(other.record.decision))
    expect([...one.record.content.entries()]).toEqual([...other.record.content.entries()])
  })

  it('gives the same decision when it is stopped and resumed at any step', async () => {
    const workflow = createSampleAssessment()
    const whole = await assess(workflow, REQUEST)
    const steps = whole.record.results.size
    expect(steps).toBeGreaterThan(20)
    for (let stop = 0; stop < steps; stop++) {
      const record = createRunRecord('AAPL', AS_OF)
      await expect(executeOver(workflow, whole.input, record, { stopAfterSteps: stop })).rejects.toThrow(
        StoppedError,
      )
      expect(record.results.size).toBe(stop)
      await executeOver(workflow, whole.input, record)
      expect(sameIn(record.decision as unknown as Decision), `stopped after ${stop}`).toEqual(
        sameIn(whole.decision),
      )
      expect(record.results.size).toBe(steps)
      for (const [node] of whole.record.content) {
        expect(contentOf(record, node), `${node}, stopped after ${stop}`).toBe(contentOf(whole.record, node))
      }
    }
  })

  it('runs no completed step again when the process stops at every step in turn', async () => {
    const workflow = createSampleAssessment()
    const whole = await assess(workflow, REQUEST)
    const record = createRunRecord('AAPL', AS_OF)
    const completed = new Set<string>()
    for (let stop = 0; stop <= whole.record.results.size; stop++) {
      const onStepStart = (key: string) => expect(completed.has(key), key).toBe(false)
      await executeOver(workflow, whole.input, record, { stopAfterSteps: stop, onStepStart }).catch(
        (error: unknown) => {
          expect(error).toBeInstanceOf(StoppedError)
        },
      )
      for (const key of record.results.keys()) completed.add(key)
    }
    await executeOver(workflow, whole.input, record)
    expect(sameIn(record.decision as unknown as Decision)).toEqual(sameIn(whole.decision))
  })

  it('debates for as many rounds as asked, each answering another point', async () => {
    const { record } = await assess(createSampleAssessment(), {
      ticker: 'GOOG',
      as_of: '2008-10-31',
      rounds: 3,
    })
    expect(
      [...record.results.keys()].filter((key) => key.startsWith('bear:') && !key.includes('/')),
    ).toHaveLength(3)
    const report = contentOf(record, 'bull_report')
    expect(report.match(/## Answer to the bear/g)).toHaveLength(3)
    expect(report).toContain('third round')
  })
})
