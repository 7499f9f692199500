/** What the committee's prompts weigh, and that an estimate says so: measured over a whole assessment. */
import { describe, expect, it } from 'vitest'
import { assessmentInputSchema } from '../../../src/committee/assessment-input.ts'
import { estimateAssessment } from '../../../src/committee/estimate.ts'
import { scriptedFacts, type GatewayCall, type ScriptedGateway } from '../../support/scripted-gateway.ts'
import { assessAtLength } from '../../support/typical-answers.ts'

const CHARS_PER_TOKEN = 3.5
/** The shapes of an analyst's look-ups, as they go over the wire. */
const LOOK_UP_SHAPES = 600

/** All that goes over the wire: the house and the role, the question, the shape of the answer. */
function weigh({ system, turns, schema }: GatewayCall): number {
  const said = turns.reduce((sum, turn) => sum + ('text' in turn ? turn.text.length : 0), 0)
  return system.length + said + (schema ? JSON.stringify(schema).length : LOOK_UP_SHAPES)
}
const weighAll = (calls: readonly GatewayCall[]) => calls.reduce((sum, call) => sum + weigh(call), 0)
const lastOf = (gateway: ScriptedGateway, role: string) => weigh(gateway.callsOf(role).at(-1)!)

describe('an estimate from the table', () => {
  it.each([
    { analysts: ['market'], rounds: 1, repeats: 1 },
    { analysts: ['news'], rounds: 2, repeats: 1 },
    { rounds: 1, repeats: 1 },
    { rounds: 3, repeats: 5 },
  ])('comes within a sixth of what %o reads and writes when it is answered as asked', async (request) => {
    const { gateway, written } = await assessAtLength(request)
    const models = { mode: 'llm', deep_model: 'made:deep', quick_model: 'made:quick' }
    const input = assessmentInputSchema.parse({ ticker: 'AAPL', ...models, ...request })
    expect(estimateAssessment(input, scriptedFacts, []).calls.typical).toBe(gateway.calls.length)
    const chars = { input: weighAll(gateway.calls), output: written }
    for (const side of ['input', 'output'] as const) {
      // One USD for a million tokens of this side.
      const facts = { ...scriptedFacts, priceOf: () => ({ input: 0, output: 0, [side]: 1 }) }
      const { usd } = estimateAssessment(input, facts, [])
      const share = (usd!.typical * 1e6) / (chars[side] / CHARS_PER_TOKEN)
      expect(share, side).toBeGreaterThan(5 / 6)
      expect(share, side).toBeLessThan(7 / 6)
    }
  })
})

describe('a prompt', () => {
  it('of a manager hardly grows with the rounds: earlier reports of a side are left out, what it answered is not', async () => {
    const { gateway: one } = await assessAtLength({ rounds: 1 })
    const { gateway: three } = await assessAtLength({ rounds: 3 })
    for (const role of ['research_manager', 'portfolio_manager'])
      expect(lastOf(three, role) - lastOf(one, role), role).toBeLessThan(2_500)
    const { text } = three.callsOf('portfolio_manager')[0]!.turns[0] as { text: string }
    expect(text.match(/^- round \d, to the claim /gm)).toHaveLength(5)
    expect(text).not.toContain('the bull, round 1>>>')
    expect(text).toContain('the bull, round 3>>>')
  })

  it('stays below a bound however long everyone writes', async () => {
    const { gateway } = await assessAtLength({ rounds: 3 }, { isLongest: true })
    expect(lastOf(gateway, 'portfolio_manager')).toBeLessThan(95_000)
    expect(lastOf(gateway, 'research_manager')).toBeLessThan(70_000)
    expect(lastOf(gateway, 'trader')).toBeLessThan(55_000)
    expect(lastOf(gateway, 'bear')).toBeLessThan(55_000)
    expect(lastOf(gateway, 'neutral')).toBeLessThan(35_000)
  })
})
