/** The deciding roles asked again on the same evidence: what stands, how sure it is, and what a tie comes to. */
import { beforeEach, describe, expect, it } from 'vitest'
import { MODEL_ROLES, type ModelRole } from '../../../src/committee/assessment-input.ts'
import { createModelReasoners } from '../../../src/committee/llm/model-reasoners.ts'
import { countAnswers, describeSpread } from '../../../src/committee/llm/votes.ts'
import { unmatchedFigures } from '../../support/figures-of.ts'
import { answerRole } from '../../support/committee-answers.ts'
import { EVIDENCE, portfolioBrief, researchBrief } from '../../support/committee-briefs.ts'
import { createMemoryAid } from '../../support/memory-aid.ts'
import { createScriptedGateway, scriptedFacts } from '../../support/scripted-gateway.ts'

let aid = createMemoryAid()
beforeEach(() => {
  aid = createMemoryAid()
})

/** Gives these answers in turn; `unreadable` is one that no repair helps. */
function seat(answers: readonly string[]) {
  let given = 0
  const gateway = createScriptedGateway((call) => {
    const question = (call.turns[0] as { text: string }).text
    const isRepair = call.turns.length > 1
    const answer = isRepair ? 'unreadable' : answers[given++]!
    if (answer === 'unreadable') return { unreadable: 'no JSON' }
    if (answer === 'broken') throw new Error('the server is gone')
    const sound = answerRole(call.name as ModelRole, question)
    const voice = answer.includes('Buy') ? 'neutral' : null
    return {
      value:
        call.name === 'portfolio_manager'
          ? { ...sound, rating: answer, voice, summary: `Answer ${'abcdefghi'[given - 1]}` }
          : { ...sound, stance: answer, reason: `Answer ${'abcdefghi'[given - 1]}` },
    }
  })
  const models = Object.fromEntries(MODEL_ROLES.map((role) => [role, 'made:deep'])) as Record<
    ModelRole,
    string
  >
  return { gateway, reasoners: createModelReasoners({ gateway, models, facts: scriptedFacts }) }
}

const verdictOf = (answers: readonly string[]) =>
  seat(answers).reasoners.portfolio_manager.reason({ ...portfolioBrief, repeats: answers.length }, aid)
const researchOf = (answers: readonly string[]) =>
  seat(answers).reasoners.research_manager.reason({ ...researchBrief, repeats: answers.length }, aid)

describe('the portfolio manager, asked several times', () => {
  it('takes the action of more than half, with their median rating, and their share as confidence', async () => {
    const verdict = await verdictOf(['Hold', 'Strong Buy', 'Buy', 'Buy', 'Strong Buy'])
    expect(verdict).toMatchObject({ action: 'BUY', rating: 'Buy', confidence: 0.8, summary: 'Answer c' })
    expect(verdict.confidence_basis).toBe(
      'Four of the five answers on the same evidence said BUY; the ratings were Strong Buy twice, Buy twice and Hold once',
    )
    expect(verdict.spread).toEqual([
      { answer: 'Strong Buy', count: 2 },
      { answer: 'Buy', count: 2 },
      { answer: 'Hold', count: 1 },
    ])
  })

  it('says how sure it is in words that hold no figure', async () => {
    for (const answers of [
      ['Buy', 'Buy', 'Hold'],
      ['Hold', 'Hold'],
      ['Buy', 'unreadable', 'Buy'],
    ]) {
      const { confidence_basis } = await verdictOf(answers)
      expect(unmatchedFigures(confidence_basis, EVIDENCE)).toEqual([])
      aid = createMemoryAid()
    }
  })

  it('asks side by side, each a part of its own on the same turns; the first alone is shown as it writes', async () => {
    const { gateway, reasoners } = seat(['Buy', 'Buy', 'Hold'])
    await reasoners.portfolio_manager.reason({ ...portfolioBrief, repeats: 3 }, aid)
    expect(aid.partNames()).toEqual(['ask', 'ask', 'ask'])
    expect(new Set(gateway.calls.map((call) => JSON.stringify([call.system, call.turns]))).size).toBe(1)
    expect(aid.record.draft.match(/# portfolio_manager/g)).toHaveLength(1)
  })

  it('counts an answer that cannot be read as one that disagrees', async () => {
    const verdict = await verdictOf(['Buy', 'unreadable', 'Buy'])
    expect(verdict).toMatchObject({ action: 'BUY', confidence: 0.67 })
    expect(verdict.spread).toContainEqual({ answer: 'unreadable', count: 1 })
    expect(verdict.raw_text).toContain('no JSON')
  })

  it.each([
    [['Buy', 'Hold', 'Strong Buy', 'Hold'], 'BUY twice and HOLD twice'],
    [['Buy', 'Buy', 'Hold', 'Review', 'unreadable'], 'BUY twice, HOLD once, REVIEW once and unreadable once'],
    [['Hold', 'Hold', 'Buy', 'Buy', 'Review'], 'HOLD twice, BUY twice and REVIEW once'],
    [['Buy', 'unreadable'], 'BUY once and unreadable once'],
  ])(
    'leaves %j to a person, for no action has more than half, and says how they fell',
    async (answers, fell) => {
      const verdict = await verdictOf(answers)
      expect(verdict).toMatchObject({ action: 'REVIEW', rating: null, voice: null, confidence: 0 })
      expect(verdict.summary).toContain(`no answer came more than half the time (${fell})`)
      expect(unmatchedFigures(verdict.summary, EVIDENCE)).toEqual([])
    },
  )

  it('has no verdict when most cannot be read', async () => {
    await expect(verdictOf(['unreadable', 'Buy', 'unreadable'])).rejects.toMatchObject({
      ...{ name: 'UnreadableAnswerError', role: 'portfolio_manager' },
    })
  })

  it('lets the others come to their end before a failure is told', async () => {
    await expect(verdictOf(['broken', 'Buy', 'Hold'])).rejects.toThrow('the server is gone')
    expect(aid.partNames()).toEqual(['ask', 'ask'])
    expect(aid.record.open).toBe(0)
  })

  it('asks once, and knows no spread, unless told otherwise', async () => {
    expect((await verdictOf(['Hold'])).spread).toBeUndefined()
  })
})

describe('the research manager, asked several times', () => {
  it('takes the stance of more than half, as the first of them put it', async () => {
    const finding = await researchOf(['HOLD', 'SELL', 'SELL'])
    expect(finding).toMatchObject({ stance: 'SELL', reason: 'Answer b' })
    expect(finding.spread).toEqual([
      { answer: 'SELL', count: 2 },
      { answer: 'HOLD', count: 1 },
    ])
  })

  it.each([
    [['BUY', 'HOLD'], 'BUY once and HOLD once'],
    [['BUY', 'BUY', 'SELL', 'HOLD'], 'BUY twice, SELL once and HOLD once'],
    [['unreadable', 'BUY'], 'unreadable once and BUY once'],
  ])('leaves %j to a person, with what was said of each', async (answers, fell) => {
    const finding = await researchOf(answers)
    expect(finding.stance).toBe('REVIEW')
    expect(finding.reason).toContain(fell)
    const said = new Set(answers.filter((answer) => answer !== 'unreadable'))
    expect(finding.report.match(/^# research_manager$/gm)).toHaveLength(said.size)
    expect(finding.evidence_ids).toEqual(['E2', 'E4'])
    expect(unmatchedFigures(finding.report, EVIDENCE)).toEqual([])
  })

  it('has no stance when most cannot be read', async () => {
    await expect(researchOf(['unreadable', 'BUY', 'unreadable'])).rejects.toMatchObject({
      role: 'research_manager',
    })
  })
})

it('answers are counted the most frequent first, and told in words', () => {
  const spread = countAnswers(['Hold', 'Buy', 'Buy', 'Sell', 'Buy'])
  expect(describeSpread(spread)).toBe('Buy three times, Hold once and Sell once')
})
