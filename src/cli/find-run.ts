/** From what was typed to one run: its id, or a beginning of it that no other run has. */
import { InputError, quote } from '../core/errors.ts'
import { isRunId } from '../core/ids.ts'
import type { PublicSummary } from '../runs/summary.ts'
import { requestJson, type DeskClient } from './client.ts'

const PAGE = 500
const NAMED = 5
/** Longer than any run id; more is not sent. */
const MAX_LENGTH = 64

/** Throws `InputError` where no run or more than one begins so. A whole id is left to the desk to know or not. */
export async function findRunId(client: DeskClient, text: string): Promise<string> {
  const typed = text.trim()
  if (isRunId(typed)) return typed
  if (typed === '' || typed.length > MAX_LENGTH)
    throw new InputError('RUN', `RUN ${quote(text)} is not a run id`)
  const found = await listBeginningWith(client, typed)
  if (found.length === 1) return found[0]!
  if (found.length === 0) {
    throw new InputError(
      'RUN',
      `RUN ${quote(text)} is no run's id, nor the beginning of one; see the ids with \`runs\``,
    )
  }
  throw new InputError(
    'RUN',
    `RUN ${quote(text)} is the beginning of more than one run's id: ${found.slice(0, NAMED).join(', ')}${found.length > NAMED ? ', …' : ''}`,
  )
}

/** Newest first; stops when there are more than a message can name. */
async function listBeginningWith(client: DeskClient, typed: string): Promise<string[]> {
  const beginning = typed.toLowerCase()
  const found: string[] = []
  for (let after: string | undefined; found.length <= NAMED;) {
    const query = new URLSearchParams({ q: typed, limit: String(PAGE), ...(after && { after }) })
    const page = await requestJson<PublicSummary[]>(client, `/runs?${query}`)
    found.push(...page.map((run) => run.run_id).filter((id) => id.toLowerCase().startsWith(beginning)))
    if (page.length < PAGE) break
    after = page.at(-1)!.run_id
  }
  return found
}
