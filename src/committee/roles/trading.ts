/** The trader: reads the levels and the rule's record, sets the trade; its levels are mended and measured here. */
import type { Ledger } from '../evidence/ledger.ts'
import { keepFinite, type Measurement } from '../evidence/measurement.ts'
import { TRADING_TOOLS } from '../evidence/tools.ts'
import { createQuoter, joinBlocks, joinWords } from '../figures.ts'
import { HORIZON_DAYS } from '../horizon.ts'
import type { ResearchFinding, TradeFinding } from '../reasoner.ts'
import { measureRule } from '../rules/trade-rule.ts'
import { REFERENCE_EQUITY, REFERENCE_EQUITY_LABEL } from '../carry.ts'
import {
  computeRiskMetrics,
  findStrayLevels,
  NO_FACTS,
  repairLevels,
  type PriceLevels,
  type StrayLevel,
  type TradeSide,
} from '../trade-levels.ts'
import { measureAll } from './gather.ts'
import type { Minutes } from './minutes.ts'
import { recallBacktest, type Archive } from './past.ts'
import { addedTo, decidingBrief, showEvidence, takeStance, takeTurn, type Room } from './room.ts'

const LEVEL_LABELS = [
  ...['Entry', 'Stop', 'Target', 'Stop from entry', 'Target from entry'],
  ...['Risk per share', 'Reward per share', 'Reward to risk', 'Stop distance in ATR', 'Horizon'],
]

export async function trade(
  room: Room,
  research: ResearchFinding,
  minutes: Minutes,
  archive: Pick<Archive, 'findBacktest'>,
): Promise<TradeFinding> {
  const before = minutes.ledger
  const result = await takeTurn(room, 'trader', 'trader', async (turn) => {
    let ledger = await measureAll(room, turn, TRADING_TOOLS, before)
    const side = leaningOf(research, ledger)
    const record = await turn.measure(
      'rule_record',
      'how the plain rule’s own trades went',
      ledger.next,
      () => measureRule(room.window.bars, side),
    )
    ledger = ledger.with(record)
    ledger = ledger.with(await recallBacktest(room, turn, archive, ledger.next))
    const brief = { ...decidingBrief(room, ledger), research }
    const reasoned = await room.reasoners.trader.reason(brief, turn)
    const { finding, repairs } = settleLevels(reasoned, ledger)
    for (const repair of repairs) turn.log('WARN', repair)
    const { levels } = finding
    if (levels) {
      const measured = await turn.measure(
        'trade_levels',
        'distances and odds of the trade',
        ledger.next,
        () => measureLevels(levels, ledger),
      )
      ledger = ledger.with(measured)
    }
    const table = levels ? joinBlocks('## Levels', createQuoter(ledger).table(LEVEL_LABELS)) : ''
    const report = joinBlocks(finding.report, ...repairs.map((repair) => `Mended: ${repair}.`), table)
    turn.report(report)
    return { evidence: addedTo(before, ledger), finding: { ...finding, report } }
  })
  const { evidence, finding } = result
  minutes.add(evidence)
  await showEvidence(room, evidence)
  await minutes.hear({
    ...{ role: 'trader', texts: [finding.report, finding.reason, finding.caution ?? ''] },
    evidence: minutes.ledger.items,
  })
  await takeStance(room, 'trader', finding.stance)
  return finding
}

/** The side whose record counts: that of the stance, or the one the scales lean to. */
function leaningOf({ stance }: ResearchFinding, ledger: Ledger): TradeSide {
  if (stance === 'BUY') return 1
  if (stance === 'SELL') return -1
  return (ledger.value('Balance') ?? 0) >= 0 ? 1 : -1
}

/** Without figures, for it stands in reports. */
const FAULTS: Readonly<Record<StrayLevel['fault'], string>> = {
  entry_far: 'the entry lies out of reach of the last close',
  stop_near: 'the stop lies too near the entry',
  stop_far: 'the stop lies too far from the entry',
  target_far: 'the target lies too far from the entry',
}

/**
 * Whoever reasons: a trade whose levels cannot be put right, or that no market would give, is no trade and goes to a
 * person.
 */
function settleLevels(finding: TradeFinding, ledger: Ledger): { finding: TradeFinding; repairs: string[] } {
  const { stance, side, levels } = finding
  if (stance !== 'BUY' && stance !== 'SELL')
    return { finding: { ...finding, side: null, levels: null, caution: null }, repairs: [] }
  const wanted: TradeSide = stance === 'BUY' ? 1 : -1
  const known = { close: ledger.value('Last close'), atr: ledger.value('ATR 14') }
  const repaired = levels && side === wanted ? repairLevels(wanted, levels, known.atr) : null
  const strays = repaired ? findStrayLevels(repaired.levels, known) : []
  if (repaired && strays.length === 0)
    return { finding: { ...finding, levels: repaired.levels }, repairs: repaired.repairs }
  const problem = repaired
    ? joinWords(strays.map(({ fault }) => FAULTS[fault]))
    : 'stop and target cannot be put on their sides of the entry'
  const reason = `The trader’s levels do not make a ${stance}: ${problem}.`
  const report = joinBlocks(finding.report, reason)
  return {
    finding: { ...finding, stance: 'REVIEW', reason, side: null, levels: null, caution: null, report },
    repairs: [],
  }
}

function measureLevels(levels: PriceLevels, ledger: Ledger): Measurement[] {
  const range = ledger.value('ATR 14')
  const risk = computeRiskMetrics(levels, NO_FACTS)
  const own = 'the trader’s levels'
  const assumed = 'assumption'
  return keepFinite([
    { label: 'Entry', value: risk.entry, unit: 'price' as const, source: own },
    { label: 'Stop', value: risk.stop_loss, unit: 'price' as const, source: own },
    { label: 'Target', value: risk.take_profit, unit: 'price' as const, source: own },
    { label: 'Stop from entry', value: risk.stop_loss_pct, unit: '%' as const, source: own },
    { label: 'Target from entry', value: risk.take_profit_pct, unit: '%' as const, source: own },
    { label: 'Risk per share', value: risk.risk_per_share, unit: 'price' as const, source: own },
    { label: 'Reward per share', value: risk.reward_per_share, unit: 'price' as const, source: own },
    { label: 'Reward to risk', value: risk.risk_reward, unit: 'ratio' as const, source: own },
    {
      label: 'Stop distance in ATR',
      value: range ? risk.risk_per_share! / range : undefined,
      unit: 'ratio' as const,
      source: own,
    },
    { label: 'Horizon', value: HORIZON_DAYS, unit: 'days' as const, source: assumed },
    {
      ...{ label: REFERENCE_EQUITY_LABEL, value: REFERENCE_EQUITY, unit: 'money' as const, source: assumed },
      meaning: 'all shares and amounts of money are worked out for it',
    },
  ])
}
