/** An analyst that looks things up before it writes: how often, what it gets, what is said to a request that cannot be. */
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InputError } from '../../../src/core/errors.ts'
import { MODEL_ROLES, type ModelRole } from '../../../src/committee/assessment-input.ts'
import { createModelReasoners } from '../../../src/committee/llm/model-reasoners.ts'
import type { LookUp } from '../../../src/committee/reasoner.ts'
import { answerRole } from '../../support/committee-answers.ts'
import { analystBrief, createEvidence } from '../../support/committee-briefs.ts'
import { createMemoryAid } from '../../support/memory-aid.ts'
import { createScriptedGateway, scriptedFacts } from '../../support/scripted-gateway.ts'

type Request = { name: string; args: Record<string, unknown> }

let aid = createMemoryAid()
let asked: Record<string, unknown>[] = []
beforeEach(() => {
  aid = createMemoryAid()
  asked = []
})

const average: LookUp = {
  name: 'average',
  description: 'The average of so many bars.',
  input: z.object({ bars: z.number() }),
  run(args) {
    asked.push(args)
    const bars = Number(args.bars)
    if (bars > 250) return Promise.reject(new InputError('bars', `bars is ${bars}; the most is 250`))
    const number = 100 + asked.length
    return Promise.resolve(
      bars === 0 ? [] : [createEvidence(`E${number}`, `SMA ${bars}`, bars, 'price', 'average')],
    )
  },
}

function seat(rounds: readonly Request[][], report?: string, lookUp = average) {
  let round = 0
  const gateway = createScriptedGateway((call) => {
    if (call.kind === 'gather') return { text: 'READY', calls: rounds[round++] ?? [] }
    const sound = answerRole('market', (call.turns[0] as { text: string }).text)
    return { value: report === undefined ? sound : { ...sound, report } }
  })
  const models = Object.fromEntries(MODEL_ROLES.map((role) => [role, 'made:quick'])) as Record<
    ModelRole,
    string
  >
  const { market } = createModelReasoners({ gateway, models, facts: scriptedFacts })
  return { gateway, look: () => market.reason({ ...analystBrief, lookUps: [lookUp] }, aid) }
}

const of = (bars: unknown): Request => ({ name: 'average', args: { bars } })
/** What the model was told, call by call. */
const outputsOf = ({ calls }: { calls: { turns: readonly unknown[] }[] }) =>
  (calls.at(-2)!.turns as { role: string; results?: { output: string }[] }[])
    .filter(({ role }) => role === 'tool')
    .flatMap(({ results }) => results!.map(({ output }) => output))

describe('an analyst with look-ups', () => {
  it('asks for what it misses, and may cite what it found', async () => {
    const { gateway, look } = seat(
      [[of(10), of(30)], [of(90)], []],
      'SMA 10 is 10.00 [E101], SMA 90 is 90.00 [E103].',
    )
    await look()
    expect(asked).toEqual([{ bars: 10 }, { bars: 30 }, { bars: 90 }])
    expect(aid.partNames()).toEqual(['look', 'look', 'look', 'ask'])
    expect((gateway.calls.at(-1)!.turns[0] as { text: string }).text).toContain(
      'E103 | SMA 90 | 90.00 (price)',
    )
    expect(outputsOf(gateway)[0]).toMatch(
      /<<<DATA [0-9a-f]{16} found: figures>>>\n[^]*E101 \| SMA 10 \| 10\.00/,
    )
  })

  it('goes straight to the report when it misses nothing', async () => {
    const { gateway, look } = seat([[]])
    await look()
    expect(gateway.calls.map(({ kind }) => kind)).toEqual(['gather', 'ask'])
  })

  it('has three rounds, and six look-ups in all', async () => {
    const rounds = seat([[of(1)], [of(2)], [of(3)], [of(4)]])
    await rounds.look()
    expect(asked).toHaveLength(3)
    aid = createMemoryAid()
    asked = []
    const many = seat([[of(1), of(2), of(3), of(4)], [of(5), of(6), of(7)], [of(8)]])
    await many.look()
    expect(asked).toHaveLength(6)
    expect(many.gateway.calls.filter(({ kind }) => kind === 'gather')).toHaveLength(2)
  })

  it.each([
    ['an unknown name', { name: 'oracle', args: {} }, 'Not looked up: there is no oracle; there is average.'],
    ['arguments of the wrong kind', of('ten'), 'Not looked up: bars: Invalid input: expected number'],
    ['arguments that cannot be', of(900), 'Not looked up: bars is 900; the most is 250.'],
    ['what is not there', of(0), 'Nothing was found.'],
  ])('is told when it asks for %s, and goes on', async (_what, request, told) => {
    const { gateway, look } = seat([[request], []])
    await look()
    expect(outputsOf(gateway)[0]).toContain(told)
    expect(gateway.calls.at(-1)!.kind).toBe('ask')
  })

  it('fails with a look-up that fails for another reason', async () => {
    const failing = { ...average, run: () => Promise.reject(new Error('the disk is full')) }
    const { look } = seat([[of(10)]], undefined, failing)
    await expect(look()).rejects.toThrow('the disk is full')
  })

  it('does not gather where there is nothing to look up', async () => {
    const { gateway } = seat([])
    const models = Object.fromEntries(MODEL_ROLES.map((role) => [role, 'made:quick'])) as Record<
      ModelRole,
      string
    >
    await createModelReasoners({ gateway, models, facts: scriptedFacts }).news.reason(analystBrief, aid)
    expect(gateway.calls.map(({ kind }) => kind)).toEqual(['ask'])
  })
})
