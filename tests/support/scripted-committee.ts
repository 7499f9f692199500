/**
 * A whole committee behind a scripted model server: each role answers soundly on what it is shown, told apart by the
 * name of the shape it is asked for. An analyst that may look things up is first asked without a shape; here it looks
 * one thing up, or wants nothing more.
 */
import { MODEL_ROLES, type ModelRole } from '../../src/committee/assessment-input.ts'
import { answerRole, type Stance } from './committee-answers.ts'
import type { Script, ScriptedReply, ScriptedRequest, ScriptedUsage } from './scripted-models/script.ts'

export interface CommitteeScript {
  wish?: Stance
  /** Before each answer. For processes that show or measure something; tests use gates. */
  delayMs?: number
  /** What the market analyst looks up in its first round. */
  lookUp?: { name: string; args: Record<string, unknown> }
  /** Before the answer of a role, or of a round of looking up (null). */
  gate?: (role: ModelRole | null) => Promise<unknown> | undefined
  usage?: (request: ScriptedRequest) => ScriptedUsage
  /** Stands in for the sound answer of a role; undefined leaves it. */
  instead?: (
    role: ModelRole,
    request: ScriptedRequest,
    sound: Record<string, unknown>,
  ) => ScriptedReply | undefined
}

export function createCommitteeScript(options: CommitteeScript = {}): Script {
  const { wish = 'BUY', delayMs, lookUp, gate, usage, instead } = options
  return async (request) => {
    const manner = { ...(delayMs && { delayMs }), ...(usage && { usage: usage(request) }) }
    const role = MODEL_ROLES.find((name) => name === request.schemaName) ?? null
    await gate?.(role)
    if (role === null) return { ...gather(request, lookUp), ...manner }
    const sound = answerRole(role, questionOf(request), wish)
    return instead?.(role, request, sound) ?? { kind: 'json', value: sound, ...manner }
  }
}

/** What the role was asked first; a later turn of the same conversation only mends the answer. */
function questionOf({ turns }: ScriptedRequest): string {
  return turns.find(({ role }) => role === 'user')?.text ?? ''
}

function gather(request: ScriptedRequest, lookUp: CommitteeScript['lookUp']): ScriptedReply {
  const hasLooked = request.turns.some(({ role }) => role === 'tool')
  const offers = request.tools.some(({ name }) => name === lookUp?.name)
  return lookUp && offers && !hasLooked
    ? { kind: 'tools', calls: [lookUp] }
    : { kind: 'text', text: 'Nothing more is needed.' }
}
