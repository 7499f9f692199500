/**
 * A run as its watchers have been told of it: whoever has had every message stands exactly here, and so does whoever is
 * sent a snapshot. Turns a newer state into the messages that lead there, and counts them. Also says how many bytes a
 * snapshot would take, without making one.
 */
import { withHtml } from '../../core/markdown.ts'
import type { RunState } from '../../runs/state.ts'
import { isTerminal, type RunStatus } from '../../runs/status.ts'
import { summarize } from '../../runs/summarize.ts'
import type { Workflow } from '../../runs/workflow.ts'
import { jsonBytes } from './json-size.ts'
import type { Seqs, ServerMessages } from './messages.ts'
import { createToldContent } from './told-content.ts'
import { createToldTree } from './told-tree.ts'

export type PatchSeqs = Pick<Seqs, 'status' | 'content'>

export interface ToldStatus {
  status: RunStatus
  overall_progress: number | null
  progress_message: string | null
}

export interface ToldRun {
  readonly seqs: PatchSeqs
  readonly status: ToldStatus
  /** What is behind a newer state; the end counts only once nothing else is. */
  advanceStatus(state: RunState): ServerMessages['status_update_run'] | null
  advanceTree(state: RunState): ServerMessages['status_patch_run'] | null
  advanceContent(state: RunState): ServerMessages['content_patch_run'] | null
  isContentBehind(state: RunState): boolean
  /** The status as it was told, with the decision where that is wanted and the run is over. */
  statusUpdate(options: { withDecision: boolean }): ServerMessages['status_update_run']
  init(log: { stream: boolean; seq: number }): ServerMessages['init_run']
  snapshot(logSeq: number): ServerMessages['run_snapshot']
  snapshotBytes(logSeq: number): number
}

interface Ending {
  decision: Record<string, unknown> | null
  bytes: number
}

export function createToldRun(
  workflow: Workflow,
  start: RunState,
  boot: string,
  startSeqs: PatchSeqs,
): ToldRun {
  const { run_id } = start
  const tree = createToldTree(start)
  const content = createToldContent(start)
  let seqs = startSeqs
  let status = statusOf(start)
  let ending = isTerminal(status.status) ? endingOf(start) : null

  function statusOf(state: RunState): ToldStatus {
    const { status, overall_progress, progress_message } = summarize(workflow, state)
    return { status, overall_progress, progress_message }
  }

  function head(logSeq: number) {
    const { status: now, overall_progress } = status
    return {
      type: 'run_snapshot' as const,
      run_id,
      boot,
      seqs: { ...seqs, log: logSeq },
      status: now,
      overall_progress,
    }
  }

  function statusUpdate({ withDecision }: { withDecision: boolean }): ServerMessages['status_update_run'] {
    const plain = { type: 'status_update_run' as const, run_id, ...status }
    if (!withDecision || !ending) return plain
    const { decision } = ending
    return { ...plain, final_decision: decision, decision_html: htmlOf(decision) }
  }

  return {
    get seqs() {
      return seqs
    },
    get status() {
      return status
    },
    statusUpdate,
    advanceStatus(state) {
      const next = statusOf(state)
      const isSame =
        next.status === status.status &&
        next.overall_progress === status.overall_progress &&
        next.progress_message === status.progress_message
      if (isSame) return null
      status = next
      if (isTerminal(next.status)) ending = endingOf(state)
      return statusUpdate({ withDecision: true })
    },
    advanceTree(state) {
      const nodes = tree.advance(state)
      if (nodes.length === 0) return null
      seqs = { ...seqs, status: seqs.status + 1 }
      return { type: 'status_patch_run', run_id, seq: seqs.status, nodes }
    },
    advanceContent(state) {
      const patch = content.advance(state)
      if (!patch) return null
      seqs = { ...seqs, content: seqs.content + 1 }
      return { type: 'content_patch_run', run_id, seq: seqs.content, ...patch }
    },
    isContentBehind: (state) => content.isBehind(state),
    init({ stream, seq }) {
      const { status: now, overall_progress } = status
      return {
        type: 'init_run',
        run_id,
        boot,
        status: now,
        overall_progress,
        execution_tree: tree.nest(),
        log_stream: stream,
        seqs: { ...seqs, log: seq },
      }
    },
    snapshot: (logSeq) => ({
      ...head(logSeq),
      execution_tree: tree.nest(),
      content: content.texts(),
      ...(ending?.decision && { final_decision: ending.decision }),
    }),
    snapshotBytes(logSeq) {
      const parts = ',"execution_tree":'.length + tree.bytes + ',"content":'.length + content.bytes
      return jsonBytes(head(logSeq)) + parts + (ending?.bytes ?? 0)
    },
  }
}

function endingOf({ decision: stored }: RunState): Ending {
  const decision = stored ? withHtml(stored as Record<string, unknown>) : null
  return { decision, bytes: decision ? ',"final_decision":'.length + jsonBytes(decision) : 0 }
}

function htmlOf(decision: Record<string, unknown> | null): string {
  return typeof decision?.html === 'string' ? decision.html : ''
}
