/**
 * What only the first assessment would pay for, done while nobody waits: reading figures in prose takes much code, and
 * run for the first time all of it in one go would hold up whoever else is served. A sentence at a time, with everything
 * else in between.
 */
import { setImmediate } from 'node:timers/promises'
import { formatEvidence, type Evidence } from './decision.ts'
import { createFigureCheck } from './verify.ts'

const FACTS = { as_of: '2012-06-29', source: 'sample', tool: 'sample' }
const EVIDENCE: Evidence[] = [
  { id: 'E1', label: 'Close', value: 584, unit: 'USD', ...FACTS },
  { id: 'E2', label: 'RSI 14', value: 57.3, unit: 'points', ...FACTS },
  { id: 'E3', label: 'Return over 20 days', value: 3.25, unit: '%', ...FACTS },
  { id: 'E4', label: 'Volume against its average', value: 1.12, unit: '×', ...FACTS },
  { id: 'E5', label: 'Headline', value: 'Shares rise 4 % on results', unit: 'text', ...FACTS },
]

/** One of each way in which texts put figures. */
const SENTENCES = [
  'The close of 584.00 USD [E1] stands 3.25 % above that of twenty days ago [E3].',
  '| Measure | Value |\n| - | -: |\n| RSI 14 | 57.3 [E2] |\n| Volume | 1.12× [E4] |\n',
  '- Reward to risk of about two to one, with −4 % to lose and half a point of RSI to spare.',
  'Since 2012-06-29 it gained forty percent, or 12 bn dollars in Q2; the SMA 50 was crossed 3 times.',
  '“Shares rise 4 % on results” [E5] says a headline; an RSI above 70 would be too hot.',
]
const ROUNDS = 3

/** Ends early when `signal` aborts. */
export async function warmUpCommittee(signal: AbortSignal): Promise<void> {
  for (const item of EVIDENCE) formatEvidence(item)
  for (let round = 0; round < ROUNDS; round++) {
    for (const sentence of SENTENCES) {
      await setImmediate()
      if (signal.aborted) return
      createFigureCheck(EVIDENCE, [584])(sentence)
    }
  }
}
