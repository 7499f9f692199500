/**
 * An analyst's look-ups: before it writes, a model may ask for more than what was measured for it. Few rounds, few
 * look-ups; a request that cannot be is answered with what is wrong, and what is found is numbered evidence.
 */
import { z } from 'zod'
import { InputError, NotFoundError } from '../../core/errors.ts'
import { hashOf } from '../../core/json.ts'
import type { ChatTurn, Gathered, ToolRequest } from '../../llm/model-call.ts'
import type { Evidence } from '../decision.ts'
import { inWords } from '../figures.ts'
import type { AnalystBrief, LookUp, ReasoningAid } from '../reasoner.ts'
import { renderEvidence } from './evidence-table.ts'
import { defuse } from './fence.ts'
import { fillPrompt } from './prompt-library.ts'
import { composeQuestion, composeSystem, payCall, type Seat } from './seat.ts'

const MAX_ROUNDS = 3
const MAX_LOOK_UPS = 6
/** Requests are short; the room is for models that think first. */
const MAX_OUTPUT_TOKENS = 4_000

/** What the model found beyond the brief, in the order in which it was found. */
export async function gatherMore(seat: Seat, brief: AnalystBrief, aid: ReasoningAid): Promise<Evidence[]> {
  if (brief.lookUps.length === 0) return []
  const task = fillPrompt(seat.prompts.look, {
    rounds: inWords(MAX_ROUNDS),
    look_ups: inWords(MAX_LOOK_UPS),
  })
  const system = composeSystem(seat, brief)
  let turns: ChatTurn[] = [
    { role: 'user', text: composeQuestion(seat, brief, [renderEvidence(brief.evidence)], task) },
  ]
  const found = new Map<string, Evidence>()
  let left = MAX_LOOK_UPS
  for (let round = 1; round <= MAX_ROUNDS && left > 0; round++) {
    const { text, calls } = await takeRound(seat, system, turns, brief.lookUps, aid)
    if (calls.length === 0) break
    const results = []
    // One after another: the order of requests is the order of the evidence's numbers.
    for (const call of calls) {
      const isAllowed = left > 0
      if (isAllowed) left--
      const answer = isAllowed
        ? await answerCall(call, brief.lookUps, aid)
        : { items: [], output: 'Not looked up: no look-ups are left.' }
      for (const item of answer.items) found.set(item.id, item)
      results.push({ id: call.id, name: call.name, output: answer.output })
    }
    turns = [...turns, { role: 'assistant', text, calls }, { role: 'tool', results }]
  }
  const known = new Set(brief.evidence.map(({ id }) => id))
  return [...found.values()].filter(({ id }) => !known.has(id))
}

function takeRound(
  seat: Seat,
  system: string,
  turns: readonly ChatTurn[],
  lookUps: readonly LookUp[],
  aid: ReasoningAid,
): Promise<Gathered> {
  const tools = lookUps.map(({ name, description, input }) => ({ name, description, input }))
  const input = { model: seat.model, prompt: hashOf(system), turns: hashOf(turns) }
  return aid.part('look', input, (part) => {
    const shapes = tools.map((tool) => [tool.name, tool.description, z.toJSONSchema(tool.input)])
    const sent = JSON.stringify([system, turns, shapes])
    return payCall(seat, part, sent, MAX_OUTPUT_TOKENS, () =>
      seat.gateway.gather({
        ...{ model: seat.model, run: aid.run, system, turns, tools, maxOutputTokens: MAX_OUTPUT_TOKENS },
        signal: part.signal,
        notice: (severity, message) => part.log(severity, message),
      }),
    )
  })
}

interface LookUpAnswer {
  items: Evidence[]
  output: string
}

async function answerCall(
  call: ToolRequest,
  lookUps: readonly LookUp[],
  aid: ReasoningAid,
): Promise<LookUpAnswer> {
  const lookUp = lookUps.find(({ name }) => name === call.name)
  if (!lookUp)
    return refuse(`there is no ${call.name}; there is ${lookUps.map(({ name }) => name).join(', ')}`)
  const parsed = lookUp.input.safeParse(call.args)
  if (!parsed.success) return refuse(describeIssues(parsed.error))
  try {
    const items = await lookUp.run(parsed.data as Record<string, unknown>)
    return { items, output: items.length > 0 ? renderEvidence(items, 'found') : 'Nothing was found.' }
  } catch (error) {
    // Anything else is no matter of what was asked for, and not the model's to know.
    if (error instanceof InputError || error instanceof NotFoundError) return refuse(error.message)
    throw error
  }

  function refuse(problem: string): LookUpAnswer {
    aid.log('WARN', `look-up ${call.name.slice(0, 60)} cannot be made: ${problem}`)
    return { items: [], output: `Not looked up: ${defuse(problem)}.` }
  }
}

function describeIssues(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ')
}
