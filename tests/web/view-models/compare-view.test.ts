import { describe, expect, it } from 'vitest'
import type { Decision } from '../../../src/committee/decision.ts'
import { viewCompare, type ComparedRun } from '../../../src/web/view-models/compare-view.ts'
import { decisionOf } from '../../support/page-desk.ts'
import { runIdOf, START_MS, summaryOf } from '../../support/run-facts.ts'

const FACTS = { onlyDifferent: false, hrefOf: (ids: readonly string[]) => ids.join('+'), now: START_MS }

function runOf(n: number, facts: Partial<Decision> = {}, ticker = 'AAPL'): ComparedRun {
  const decision = decisionOf(runIdOf(n), { ticker, ...facts })
  const { action, confidence } = decision
  return {
    summary: summaryOf({ run_id: runIdOf(n, ticker), ticker, decision: { action, confidence } }),
    decision,
    state: { nodes: {}, phase_ms: {}, usage_by_node: {} },
  }
}

function rowOf(runs: ComparedRun[], label: string) {
  const { sections } = viewCompare(runs, FACTS)
  const row = sections.flatMap(({ rows }) => rows).find((one) => one.label === label)!
  return {
    isDifferent: row.isDifferent,
    texts: row.cells.map((cell) => [cell.text, cell.delta].filter(Boolean).join(' ')),
  }
}

const withRisk = (facts: Partial<Decision['risk_metrics']>) => ({
  risk_metrics: { ...decisionOf('').risk_metrics, ...facts },
})

describe('runs side by side', () => {
  it('say nothing differs where nothing does', () => {
    const view = viewCompare([runOf(1), runOf(2)], FACTS)
    expect(view.different).toBe(0)
    expect(view.sections.map((section) => section.id)).toEqual([
      ...['verdict', 'risk', 'position', 'took', 'words', 'evidence'],
    ])
    expect(viewCompare([runOf(1), runOf(2)], { ...FACTS, onlyDifferent: true }).sections).toEqual([])
  })

  it('hold every figure against the first run: prices in proportion, percentages by points', () => {
    const runs = [
      runOf(1),
      runOf(2, { confidence: 0.8, ...withRisk({ entry: 600, volatility_ann_pct: 20 }) }),
      runOf(3, { action: 'HOLD', ...withRisk({ entry: null, risk_reward: null }) }),
    ]
    expect(rowOf(runs, 'Entry')).toEqual({ isDifferent: true, texts: ['584.00', '600.00 +2.74 %', '–'] })
    expect(rowOf(runs, 'Volatility, annual').texts).toEqual(['22.14 %', '20.00 % −2.14 pp', '22.14 %'])
    expect(rowOf(runs, 'Confidence').texts).toEqual(['0.64', '0.80 +0.16', '0.64'])
    expect(rowOf(runs, 'Verdict').texts).toEqual(['BUY', 'BUY', 'HOLD'])
    expect(rowOf(runs, 'Stop loss').isDifferent).toBe(false)
  })

  it('show prices of different tickers without comparing them', () => {
    const runs = [runOf(1), runOf(2, withRisk({ entry: 600, risk_reward: 3 }), 'GOOG')]
    expect(rowOf(runs, 'Entry')).toEqual({ isDifferent: false, texts: ['584.00', '600.00'] })
    expect(rowOf(runs, 'Reward : risk').texts).toEqual(['2.00', '3.00 +50.0 %'])
  })

  it('align evidence by its label, whatever its number', () => {
    const [close, average, ...others] = decisionOf('').evidence
    const moved = [
      { ...average!, id: 'E1', value: 600 },
      { ...close!, id: 'E2' },
      { ...close!, id: 'E7', label: 'Only here' },
      { ...close!, id: 'E8', label: 'Headline 1', unit: 'text', value: 'x'.repeat(300) },
    ]
    const runs = [runOf(1), runOf(2, { evidence: [...moved, ...others] })]
    expect(rowOf(runs, 'Close')).toEqual({ isDifferent: false, texts: ['584.00', '584.00'] })
    expect(rowOf(runs, 'SMA 50').texts).toEqual(['571.97', '600.00 +4.90 %'])
    expect(rowOf(runs, 'Only here')).toEqual({ isDifferent: true, texts: ['–', '584.00'] })
    expect(rowOf(runs, 'Headline 1').texts[1]!.length).toBeLessThan(120)
  })

  it('hold what comes twice under one label against the first and the second', () => {
    const [item] = decisionOf('').evidence
    const twice = (second: number) => ({ evidence: [item!, { ...item!, id: 'E2', value: second }] })
    const { sections } = viewCompare([runOf(1, twice(1)), runOf(2, twice(2))], FACTS)
    const rows = sections.at(-1)!.rows.filter((row) => row.label === 'Close')
    expect(rows.map((row) => row.isDifferent)).toEqual([false, true])
  })

  it('say no change in proportion to nothing or across zero', () => {
    const evidenceOf = (value: number) => ({
      evidence: [{ ...decisionOf('').evidence[2]!, label: 'MACD histogram', value }],
    })
    const delta = (from: number, to: number) =>
      rowOf([runOf(1, evidenceOf(from)), runOf(2, evidenceOf(to))], 'MACD histogram').texts[1]
    expect(delta(-1, 2)).toBe('2.0 +3.0')
    expect(delta(0, 2)).toBe('2.0 +2.0')
    expect(delta(2, 3)).toBe('3.0 +50.0 %')
    expect(delta(-2, -1)).toBe('−1.0 +50.0 %')
    expect(delta(0.1, 20)).toBe('20.0 > +999 %')
  })

  it('leave open what a run without a verdict cannot have, and count it as no difference', () => {
    const failed: ComparedRun = {
      summary: summaryOf({ run_id: runIdOf(2), status: 'error', error: 'prices ended' }),
      decision: null,
      state: null,
    }
    const running: ComparedRun = {
      summary: summaryOf({
        run_id: runIdOf(3),
        status: 'in_progress',
        overall_progress: 42,
        progress_message: 'Bull',
      }),
      decision: null,
      state: { nodes: {}, phase_ms: { phase_data: 1_200 }, usage_by_node: {} },
    }
    const runs = [runOf(1), failed, running]
    expect(rowOf(runs, 'Entry')).toEqual({ isDifferent: false, texts: ['584.00', '', ''] })
    expect(rowOf(runs, '… Data').texts).toEqual(['–', '–', '1.2 s'])
    const { heads } = viewCompare(runs, FACTS)
    expect(heads.map((head) => head.standing)).toEqual(['', 'prices ended', '42 % Bull'])
  })

  it('show of a run whose files are gone what the index keeps, and say what is missing', () => {
    const gone: ComparedRun = {
      summary: summaryOf({
        run_id: runIdOf(2),
        decision: { action: 'SELL', confidence: 0.5 },
        stats: {
          entry: 580,
          stop_loss: 600,
          take_profit: 540,
          risk_reward: 2,
          fraction_of_equity: 0.1,
          unverified: 3,
        },
      }),
      decision: null,
      state: null,
    }
    const runs = [runOf(1), gone]
    expect(rowOf(runs, 'Verdict').texts[1]).toBe('SELL')
    expect(rowOf(runs, 'Entry').texts[1]).toBe('580.00 −0.68 %')
    expect(rowOf(runs, 'Of equity').texts[1]).toBe('10.0 % −10.00 pp')
    expect(rowOf(runs, 'Unverified figures').texts[1]).toBe('3 +200.0 %')
    expect(rowOf(runs, 'ATR').texts[1]).toBe('')
    expect(viewCompare(runs, FACTS).heads[1]!.missing).toContain('decision cannot be read')
  })

  it('sum what the agents of each phase have cost, and what that took', () => {
    const usage = (cost_usd: number | null) => ({ calls: 1, input_tokens: 100, output_tokens: 10, cost_usd })
    const node = (id: string, parent_id: string | null, node_type: 'phase' | 'agent') => ({
      ...{
        id,
        parent_id,
        label: id,
        node_type,
        status: 'completed' as const,
        started_at: null,
        ended_at: null,
      },
      ...{ duration_ms: null, reason: null, detail: null, steps_planned: 1, steps_done: 1 },
    })
    const thinking = (n: number, cost: number): ComparedRun => ({
      ...runOf(n),
      summary: summaryOf({
        run_id: runIdOf(n),
        phases: { phase_research: n * 1_000 },
        usage: { calls: 2, input_tokens: 200, output_tokens: 20, cost_usd: 2 * cost },
      }),
      state: {
        nodes: {
          phase_research: node('phase_research', null, 'phase'),
          bull: node('bull', 'phase_research', 'agent'),
          bear: node('bear', 'phase_research', 'agent'),
        },
        phase_ms: {},
        usage_by_node: { bull: usage(cost), bear: usage(cost) },
      },
    })
    const { sections } = viewCompare([thinking(1, 0.01), thinking(2, 0.02)], FACTS)
    const rows = sections.find((section) => section.id === 'took')!.rows
    const texts = rows
      .filter((row) => row.label === '… Research')
      .map((row) => row.cells.map((cell) => cell.text))
    expect(texts).toEqual([
      ['1.0 s', '2.0 s'],
      ['0.0200 USD', '0.0400 USD'],
    ])
  })

  it('offer each run as the base, and to leave one out while two are left', () => {
    const [a, b, c] = [runOf(1), runOf(2), runOf(3)]
    const ids = [a, b, c].map(({ summary }) => summary.run_id)
    const { heads } = viewCompare([a, b, c], FACTS)
    expect(heads.map((head) => head.baseHref)).toEqual([
      '',
      `${ids[1]}+${ids[0]}+${ids[2]}`,
      `${ids[2]}+${ids[0]}+${ids[1]}`,
    ])
    expect(heads[0]!.withoutHref).toBe(`${ids[1]}+${ids[2]}`)
    expect(viewCompare([a, b], FACTS).heads.map((head) => head.withoutHref)).toEqual(['', ''])
  })

  it('tell what was said in short and without numbers of evidence', () => {
    const rationale = Array.from({ length: 5 }, (_, i) => ({ text: `point ${i} [E1, E2]`, evidence: [] }))
    const texts = rowOf([runOf(1, { rationale }), runOf(2)], 'Why').texts
    expect(texts[0]).toBe('• point 0\n• point 1\n• point 2\nand 2 more')
    expect(texts[1]).not.toContain('[E')
  })
})
