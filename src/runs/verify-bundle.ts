/**
 * Whether a bundle may be believed: everything in it must follow from its journal, and the journal from the workflow of
 * its kind. Hashes that fit prove nothing here, for whoever changes a file can write its hash anew; what contradicts the
 * journal is found all the same. A journal made up whole and without a contradiction is not: that takes a signature.
 */
import { messageOf, quote } from '../core/errors.ts'
import { formatStamp, parseRunId } from '../core/ids.ts'
import { canonicalJson, sha256Stream } from '../core/json.ts'
import { encodeLine } from '../core/ndjson.ts'
import { createTurns } from '../core/turns.ts'
import { refuseBundle as refuse } from './bundle-upload.ts'
import { describeWrong, findWrongShape } from './event-schema.ts'
import type { EngineEvent, RunEvent, RunKind } from './event.ts'
import { isEngineEvent, RUN_KINDS } from './event.ts'
import { foldOwned, type FoldOptions } from './fold.ts'
import type { ArtifactRef, StagedBundle } from './ports.ts'
import type { RunState } from './state.ts'
import { isTerminal } from './status.ts'
import { summarize } from './summarize.ts'
import { findWrongTimes, summarySchema } from './summary-schema.ts'
import { completeSummary, publicSummary, WHOLE_FILES, type FilesState, type Summary } from './summary.ts'
import { findMisplaced } from './tree.ts'
import type { Workflow } from './workflow.ts'

const EVENTS_BETWEEN_TURNS = 64

export interface VerifyDeps {
  workflows: ReadonlyMap<RunKind, Workflow>
  fold: FoldOptions
  /** When it is imported: ISO 8601 UTC. */
  importedAt: string
  /** Ends it early, with the signal's reason. */
  signal: AbortSignal
}

/** The summary with which the run may stand in this desk. Throws `InputError` that says what does not fit. */
export async function verifyBundle(staged: StagedBundle, deps: VerifyDeps): Promise<Summary> {
  return staged.isPruned ? verifyPruned(staged, deps) : verifyWhole(staged, deps)
}

async function verifyWhole(staged: StagedBundle, deps: VerifyDeps): Promise<Summary> {
  const { workflow, state } = await foldJournal(staged, deps)
  const derived = summarize(workflow, state)
  parseSummary(staged)
  // What lists keep besides is worked out anew by every version and not taken over.
  for (const [field, value] of Object.entries({ ...publicSummary(derived), usage: derived.usage })) {
    const said = staged.summary[field]
    const isLater = field === 'usage' && said === undefined
    if (!isLater && canonicalJson(said) !== canonicalJson(value)) {
      throw refuse(`manifest.json: summary.${field} is ${quote(said)}, by the journal it is ${quote(value)}`)
    }
  }
  if (canonicalJson(staged.decision) !== canonicalJson(state.decision ?? null))
    throw refuse('the decision of manifest.json is not that of the journal')
  await staged.compareFiles(state)
  return { ...derived, files: { ...WHOLE_FILES, imported_at: deps.importedAt } }
}

/** No journal is left to hold it against: what was kept must at least fit together. */
async function verifyPruned(staged: StagedBundle, deps: VerifyDeps): Promise<Summary> {
  const stored = parseSummary(staged)
  const workflow = workflowOf(stored.kind, deps)
  if (!isTerminal(stored.status)) throw refuse(`manifest.json says that the run is ${stored.status}`)
  checkIdentity(stored, staged.runId)
  const wrong = findWrongTimes(stored, deps.importedAt)
  if (wrong !== null) throw refuse(`manifest.json: ${wrong}`)
  checkDecision(staged.decision, stored, workflow)
  const { decision } = staged
  const { action, confidence } = stored.decision ?? {}
  if (stored.decision && (decision?.action !== action || decision?.confidence !== confidence))
    throw refuse('manifest.json: its summary names another verdict than its decision')
  await staged.compareFiles(null)
  const { importedAt } = deps
  const since = stored.files?.since ?? stored.ended_at
  const files: FilesState = {
    state: 'pruned',
    since: since !== null && since < importedAt ? since : importedAt,
    imported_at: importedAt,
  }
  // What follows from the decision is worked out anew; what only the journal could tell is not known here.
  const stats = workflow.compareBy?.(decision ?? null) ?? null
  return { ...completeSummary({ ...stored, shape: null, phases: {}, stats }), files }
}

function parseSummary(staged: StagedBundle) {
  const parsed = summarySchema.safeParse(staged.summary)
  if (!parsed.success) throw refuse(`manifest.json: summary.${describeWrong(parsed.error)}`)
  if (parsed.data.run_id !== staged.runId)
    throw refuse(
      `manifest.json is of run ${quote(parsed.data.run_id)}, bundle.json of ${quote(staged.runId)}`,
    )
  return parsed.data
}

/** Reads every line once: its shape, that it may follow those before it, and the hashes over the lines. */
async function foldJournal(
  staged: StagedBundle,
  deps: VerifyDeps,
): Promise<{ workflow: Workflow; state: RunState }> {
  const turn = createTurns()
  const lines = sha256Stream()
  let workflow: Workflow | null = null
  let state: RunState | null = null
  for await (const event of staged.events()) {
    const line = `journal.ndjson, line ${event.seq}`
    workflow ??= beginJournal(event, staged.runId, deps)
    const wrong = findWrongShape(event, workflow.shapes?.events)
    if (wrong !== null) throw refuse(`${line}: ${event.type}: ${wrong}`)
    if (state && isTerminal(state.status)) throw refuse(`${line} stands after the end of the run`)
    if (isEngineEvent(event)) checkEvent(event, { staged, state, workflow, line, lines })
    try {
      state = foldOwned(workflow, state, event, deps.fold)
    } catch (error) {
      throw refuse(`${line} does not follow from those before it: ${messageOf(error)}`)
    }
    lines.update(encodeLine(event))
    if (event.seq % EVENTS_BETWEEN_TURNS !== 0) continue
    await turn()
    deps.signal.throwIfAborted()
  }
  if (!workflow || !state) throw refuse('journal.ndjson has no events')
  if (!isTerminal(state.status))
    throw refuse(`by its journal the run is ${state.status}: only a run that has ended can be imported`)
  if (lines.digest('hex') !== staged.journalHash)
    throw refuse('journal.ndjson holds more, or its lines in another form, than a desk writes')
  return { workflow, state }
}

function beginJournal(first: RunEvent, runId: string, deps: VerifyDeps): Workflow {
  const wrong =
    first.type === 'run_created' ? findWrongShape(first) : `${quote(first.type)} is not run_created`
  if (wrong !== null) throw refuse(`journal.ndjson, line 1: ${wrong}`)
  const created = first as EngineEvent & { type: 'run_created' }
  checkIdentity(created, runId)
  const workflow = workflowOf(created.kind, deps)
  const parsed = workflow.input.safeParse(created.input)
  if (!parsed.success) throw refuse(`journal.ndjson, line 1: input.${describeWrong(parsed.error)}`)
  return workflow
}

interface Place {
  staged: StagedBundle
  state: RunState | null
  workflow: Workflow
  line: string
  /** Over the lines before the event. */
  lines: ReturnType<typeof sha256Stream>
}

/** What an event says of the rest of the bundle. */
function checkEvent(event: EngineEvent, { staged, state, workflow, line, lines }: Place): void {
  if (event.type === 'run_created' && state) throw refuse(`${line}: the run is created a second time`)
  if ((event.type === 'step_completed' || event.type === 'run_completed') && 'artifact' in event)
    checkArtifact(event.artifact, staged, line)
  if (event.type === 'node_updated' && state) {
    const tree = { nodes: state.nodes, order: state.node_order }
    const misplaced = findMisplaced(tree, event.node_id, event.parent_id)
    if (misplaced !== null) throw refuse(`${line}: ${misplaced}`)
  }
  if (event.type !== 'decision_ready') return
  if (state?.decision) throw refuse(`${line}: there is a second decision`)
  checkDecision(event.decision, state!, workflow)
  const { provenance } = event.decision as { provenance?: { journal_hash?: unknown } }
  const said = provenance?.journal_hash
  const actual = lines.copy().digest('hex')
  if (said !== undefined && said !== actual)
    throw refuse(
      `${line}: journal_hash is ${quote(said, 64)}, but the lines before it have ${quote(actual, 64)}`,
    )
}

function checkArtifact({ sha256, bytes }: ArtifactRef, staged: StagedBundle, line: string): void {
  const held = staged.artifacts.get(sha256)
  if (held === undefined) throw refuse(`${line} names artifact ${sha256.slice(0, 12)}…, which is missing`)
  if (held !== bytes)
    throw refuse(`${line} names artifact ${sha256.slice(0, 12)}… with ${bytes} bytes; it has ${held}`)
}

interface Identity {
  run_id: string
  ticker: string
  as_of: string | null
  created_at: string
}

/** The id says of what ticker the run is and when it was launched. */
function checkIdentity({ run_id, ticker, created_at }: Identity, runId: string): void {
  const named = parseRunId(runId)
  if (run_id !== runId) throw refuse(`the journal is of run ${quote(run_id)}, not of ${quote(runId)}`)
  if (ticker !== named.ticker) throw refuse(`ticker ${quote(ticker)} is not that of run ${quote(runId)}`)
  if (formatStamp(Date.parse(created_at)) !== named.stamp)
    throw refuse(`created_at ${quote(created_at)} is not the time of run ${quote(runId)}`)
}

function checkDecision(decision: unknown, of: Omit<Identity, 'created_at'>, workflow: Workflow): void {
  if (decision === null || decision === undefined) return
  const parsed = workflow.shapes?.decision?.safeParse(decision)
  if (parsed && !parsed.success) throw refuse(`the decision: ${describeWrong(parsed.error)}`)
  const said = decision as Record<string, unknown>
  for (const field of ['run_id', 'ticker', 'as_of'] as const) {
    if (field in said && said[field] !== of[field])
      throw refuse(`the decision: ${field} is ${quote(said[field])}, of the run it is ${quote(of[field])}`)
  }
}

function workflowOf(kind: RunKind, { workflows }: VerifyDeps): Workflow {
  const workflow = workflows.get(kind)
  if (workflow) return workflow
  const known = RUN_KINDS.filter((one) => workflows.has(one)).join(', ')
  throw refuse(`its kind is ${quote(kind)}, and this desk knows ${known}`)
}
