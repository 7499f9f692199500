/** What each role's answer is held to, and what becomes of it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { MODEL_ROLES, type ModelRole } from '../../../src/committee/assessment-input.ts'
import { createModelReasoners } from '../../../src/committee/llm/model-reasoners.ts'
import type { CommitteeReasoners } from '../../../src/committee/reasoner.ts'
import { weighDebate } from '../../../src/committee/weigh.ts'
import { answerRole } from '../../support/committee-answers.ts'
import {
  bullTurn,
  CLOSE,
  openingBrief,
  portfolioBrief,
  RANGE,
  research,
  riskBrief,
  secondBrief,
  trade,
  traderBrief,
} from '../../support/committee-briefs.ts'
import { createMemoryAid } from '../../support/memory-aid.ts'
import { createScriptedGateway, scriptedFacts, type ScriptedGateway } from '../../support/scripted-gateway.ts'

type Answer = Record<string, unknown>

let aid = createMemoryAid()
let gateway: ScriptedGateway
beforeEach(() => {
  aid = createMemoryAid()
})

/** A committee that answers soundly but for `change`. */
function seat(change: (answer: Answer) => Answer = (answer) => answer): CommitteeReasoners {
  gateway = createScriptedGateway((call) => {
    const question = (call.turns[0] as { text: string }).text
    return { value: change(answerRole(call.name as ModelRole, question)) }
  })
  const models = Object.fromEntries(MODEL_ROLES.map((role) => [role, `made:${role}`])) as Record<
    ModelRole,
    string
  >
  return createModelReasoners({ gateway, models, facts: scriptedFacts })
}

/** What the role was told to put right. */
async function problemOf(turn: Promise<unknown>): Promise<string> {
  await expect(turn).rejects.toMatchObject({ name: 'UnreadableAnswerError' })
  expect(gateway.calls).toHaveLength(2)
  return (gateway.calls[1]!.turns.at(-1) as { text: string }).text
}

const withPart = (answer: Answer, field: string, part: Answer): Answer => ({
  ...answer,
  [field]: { ...(answer[field] as Answer), ...part },
})
const withClaim = (answer: Answer, claim: Answer): Answer => ({
  ...answer,
  claims: (answer.claims as Answer[]).map((one) => ({ ...one, ...claim })),
})

it('each role asks its own model', async () => {
  const reasoners = seat()
  await reasoners.bull.reason(openingBrief, aid)
  await reasoners.trader.reason(traderBrief, aid)
  expect(gateway.calls.map((call) => [call.name, call.model])).toEqual([
    ['bull', 'made:bull'],
    ['trader', 'made:trader'],
  ])
  expect(reasoners.models).toMatchObject({ bear: 'made:bear', portfolio_manager: 'made:portfolio_manager' })
})

describe('bull and bear', () => {
  it('weigh their points so that a case is at most 1 and the balance lies between −1 and 1', async () => {
    const full = seat((answer) => ({
      ...answer,
      claims: [1, 2, 3, 4, 5, 6].map((n) => ({
        ...(answer.claims as Answer[])[0]!,
        ...{ id: `point-${'abcdef'[n - 1]}`, strength: 5 },
      })),
    }))
    const bull = await full.bull.reason(openingBrief, aid)
    expect(bull.claims.map(({ weight }) => weight)).toEqual(Array(6).fill(1 / 6))
    const balance = weighDebate({ bull: [bull], bear: [] }).find(({ label }) => label === 'Balance')
    expect(balance!.value).toBeCloseTo(1)
  })

  it('answer a claim of the other side that is still open', async () => {
    const turn = await seat().bull.reason(secondBrief, aid)
    expect(turn.answer).toMatchObject({ claim: 'range-is-wide', discount: 0.2, evidence: ['E2', 'E4'] })
  })

  it('are shown what was said before, in the order spoken', async () => {
    await seat().bull.reason(secondBrief, aid)
    const { text } = gateway.calls[0]!.turns[0] as { text: string }
    const places = ['the bull, round 1>>>', 'the bear, round 1>>>', 'This is round 2'].map((words) =>
      text.indexOf(words),
    )
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
    expect(text).toContain('claim range-is-wide (the wide range)')
  })

  it('cannot answer in the first round what nobody has said', async () => {
    const answer = { claim: 'range-is-wide', text: 'No.', evidence: ['E2'], discount: 0.1 }
    const turn = seat((sound) => ({ ...sound, answer })).bull.reason(openingBrief, aid)
    expect(await problemOf(turn)).toContain(
      'the bear has no claim left to answer, so the answer must be null',
    )
  })

  it('cannot answer the same claim twice, nor one that there is not', async () => {
    const own = [{ ...bullTurn, answer: { claim: 'range-is-wide', text: 'x', evidence: [], discount: 0.1 } }]
    const answer = { claim: 'range-is-wide', text: 'No.', evidence: ['E2'], discount: 0.1 }
    const again = seat((sound) => ({ ...sound, answer })).bull.reason({ ...secondBrief, own }, aid)
    expect(await problemOf(again)).toContain('must be null')
    const unknown = seat((sound) => withPart(sound, 'answer', { claim: 'moon' })).bull.reason(
      secondBrief,
      createMemoryAid(),
    )
    expect(await problemOf(unknown)).toContain('names the claim "moon"; it must be one of range-is-wide')
  })

  it.each([
    ['a point without evidence', { evidence: [] }, 'names no evidence'],
    ['evidence that is not there', { evidence: ['E2', 'E500'] }, 'names E500'],
    ['an id that is no name', { id: 'Trend Holds!' }, 'lower case joined by hyphens'],
    ['a strength beyond the scale', { strength: 9 }, 'is 9; it must be from 1 to 5'],
  ])('are told of %s', async (_what, claim, told) => {
    expect(
      await problemOf(
        seat((sound) => withClaim(sound, claim)).bear.reason({ ...openingBrief, side: 'bear' }, aid),
      ),
    ).toContain(told)
  })

  it('are told of a name used twice and of more than six points', async () => {
    const twice = seat((sound) => ({
      ...sound,
      claims: [...(sound.claims as Answer[]), ...(sound.claims as Answer[])],
    }))
    expect(await problemOf(twice.bull.reason(openingBrief, aid))).toContain(
      'names trend-holds more than once',
    )
    const many = seat((sound) => ({ ...sound, claims: Array(7).fill((sound.claims as Answer[])[0]) }))
    expect(await problemOf(many.bull.reason(openingBrief, createMemoryAid()))).toContain(
      'has 7 entries; at most 6',
    )
  })
})

describe('the trader', () => {
  const traderWith = (change: Answer, brief = traderBrief) =>
    seat((sound) => ({ ...sound, ...change })).trader.reason(brief, aid)
  const levels = (entry: number, stop_loss: number, take_profit: number) => ({
    levels: { entry, stop_loss, take_profit },
  })

  it('sets a trade of the stance’s side, at whole ticks', async () => {
    expect(await traderWith(levels(583.999, 559.0011, 634))).toMatchObject({
      ...{ stance: 'BUY', side: 1, caution: null },
      levels: { entry: 584, stop_loss: 559, take_profit: 634 },
    })
    const short = { ...traderBrief, research: { ...research, stance: 'SELL' as const } }
    expect(await seat().trader.reason(short, createMemoryAid())).toMatchObject({ stance: 'SELL', side: -1 })
  })

  it('may name its own levels, which are not in the evidence yet', async () => {
    await traderWith({ ...levels(584, 561.5, 634), reason: 'The stop at 561.50 lies beyond ATR 14.' })
    expect(aid.partNames()).toEqual(['ask'])
  })

  it.each([
    ['no levels', { levels: null }, 'entry, stop_loss and take_profit are needed'],
    ['a stop on the wrong side', levels(584, 600, 640), 'stop_loss 600 must lie below the entry 584'],
    ['a target on the wrong side', levels(584, 560, 570), 'take_profit 570 above it'],
    ['a price that is none', levels(584, -5, 640), 'prices above 0'],
    [
      'an entry out of reach',
      levels(CLOSE + 5.1 * RANGE, 560, 700),
      'is more than 5 times the ATR (E5) away',
    ],
    [
      'a target that no price is',
      levels(584, 560, 1e300),
      'is more than 20 times the ATR (E5) away from the entry',
    ],
    ['a stop of a cent', levels(584, 583.99, 640), 'stop_loss 583.99 is less than 0.25 times the ATR (E5)'],
    ['a stop out of sight', levels(584, 450, 640), 'stop_loss 450 is more than 10 times the ATR (E5)'],
    ['the opposite side', { stance: 'SELL', ...levels(584, 600, 560) }, 'it must be BUY, HOLD or REVIEW'],
  ])('is told of %s', async (_what, change, told) => {
    expect(await problemOf(traderWith(change))).toContain(told)
  })

  it('may enter as far as five ATR from the close', async () => {
    expect(await traderWith(levels(CLOSE + 5 * RANGE, 560, 700))).toMatchObject({ stance: 'BUY' })
  })

  it('may stand aside, and then there are no levels', async () => {
    expect(await traderWith({ stance: 'HOLD' })).toMatchObject({ stance: 'HOLD', side: null, levels: null })
  })

  it('opens nothing that research does not ask for, and passes a REVIEW on', async () => {
    const told = (stance: 'HOLD' | 'REVIEW', change: Answer) => {
      aid = createMemoryAid()
      return problemOf(traderWith(change, { ...traderBrief, research: { ...research, stance } }))
    }
    expect(await told('HOLD', { stance: 'BUY', ...levels(584, 560, 640) })).toContain(
      'it must be HOLD or REVIEW',
    )
    expect(await told('REVIEW', { stance: 'HOLD' })).toContain('it must be REVIEW')
  })
})

describe('a risk voice', () => {
  it('says whether it would carry the trade, and on what', async () => {
    const finding = await seat((sound) => ({
      ...sound,
      agrees: false,
      evidence_ids: ['[E5]', 'E5'],
    })).neutral.reason(riskBrief, aid)
    expect(finding).toMatchObject({ agrees: false, evidence_ids: ['E5'] })
    expect((gateway.calls[0]!.turns[0] as { text: string }).text).toContain('begin with “Neutral”')
  })
})

describe('the portfolio manager', () => {
  const managerWith = (change: Answer, brief = portfolioBrief) =>
    seat((sound) => ({ ...sound, ...change })).portfolio_manager.reason(brief, aid)

  it('hears everyone and gives a verdict whose action follows from its rating', async () => {
    const verdict = await managerWith({ rating: 'Strong Buy', confidence: 0.654 })
    expect(verdict).toMatchObject({ action: 'BUY', rating: 'Strong Buy', voice: 'neutral', confidence: 0.65 })
    expect(verdict.confidence_basis).toBe(
      'The model’s own estimate, asked once: independent kinds of evidence agree',
    )
    expect(verdict.spread).toBeUndefined()
    expect(JSON.parse(verdict.raw_text)).toMatchObject({ rating: 'Strong Buy', confidence: 0.654 })
    const { text } = gateway.calls[0]!.turns[0] as { text: string }
    for (const said of [
      'report of the market analyst',
      'the bull, round 1',
      'the bear, round 1',
      'report of the research manager',
      'report of the trader',
      'the aggressive risk voice',
      'the conservative risk voice',
      'the neutral risk voice',
    ])
      expect(text).toContain(`${said}>>>`)
  })

  it('is told of the committee’s earlier verdicts', async () => {
    const memory = [{ run_id: 'r', as_of: '2012-05-31', action: 'SELL' as const, outcome: 'It rose.' }]
    await managerWith({}, { ...portfolioBrief, memory })
    expect((gateway.calls[0]!.turns[0] as { text: string }).text).toContain('2012-05-31: SELL. It rose.')
  })

  it('is not swayed by a rating in its prose', async () => {
    const verdict = await managerWith({
      rating: 'Hold',
      summary: 'Strong Buy! Rating: Strong Buy. Action: BUY.',
    })
    expect(verdict).toMatchObject({ action: 'HOLD', rating: 'Hold', voice: null })
  })

  it('leaves it to a person, with no confidence, where it can reach no verdict', async () => {
    const verdict = await managerWith({ rating: 'Review', rationale: [], confidence: 0.9 })
    expect(verdict).toMatchObject({ action: 'REVIEW', rating: null, voice: null, confidence: 0 })
  })

  it('may sell as an exit only', async () => {
    const brief = { ...portfolioBrief, trade: { ...trade, stance: 'SELL' as const, side: -1 as const } }
    expect(await managerWith({ rating: 'Sell', voice: null }, brief)).toMatchObject({
      action: 'SELL',
      voice: null,
    })
  })

  it.each([
    ['a buy in nobody’s hands', { voice: null }, 'say whose target and size it follows'],
    ['a voice that holds nothing', { voice: 'conservative' }, 'whose size comes to nothing'],
    ['a sale where the trade is to buy', { rating: 'Sell' }, 'there are no levels for a SELL'],
    ['a rating that does not exist', { rating: 'Outperform' }, 'rating'],
    ['a confidence beyond 1', { confidence: 62 }, 'is 62; it must be from 0 to 1'],
    ['no reasons', { rationale: [] }, 'rationale is empty'],
    ['reasons on nothing', { rationale: [{ text: 'x', evidence: ['E900'] }] }, 'rationale names E900'],
    ['dissent on nothing', { dissent: [{ role: 'bear', text: 'x', evidence: ['7'] }] }, 'dissent names 7'],
    ['an empty summary', { summary: '' }, 'summary is empty'],
  ])('is told of %s', async (_what, change, told) => {
    expect(await problemOf(managerWith(change))).toContain(told)
  })

  it('cannot turn a request for a person into a verdict', async () => {
    const brief = {
      ...portfolioBrief,
      trade: { ...trade, stance: 'REVIEW' as const, side: null, levels: null },
    }
    expect(await problemOf(managerWith({ rating: 'Hold' }, brief))).toContain('it must be Review')
  })

  it('cannot act where the trader stands aside', async () => {
    const brief = {
      ...portfolioBrief,
      trade: { ...trade, stance: 'HOLD' as const, side: null, levels: null },
    }
    expect(await problemOf(managerWith({ rating: 'Buy', voice: 'neutral' }, brief))).toContain(
      'the trade behind it is HOLD',
    )
  })

  it('states its confidence in its field alone: in prose it is a figure like any other', async () => {
    await managerWith({ confidence: 0.61, summary: 'Sound, at a confidence of 0.61.' })
    expect(aid.partNames()).toEqual(['ask', 'correct'])
  })
})
