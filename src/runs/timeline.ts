/**
 * How a run's time was spent: its own line, a row for every agent and tool, shares of the whole, and the critical path.
 * Pure; made from the fold's steps and history. Times are milliseconds since the epoch.
 *
 * A row runs while any piece of its work does; it waits while all that is under way in it waits. Time in which it has
 * nothing under way is no segment. The run's own line has no gaps: from its launch to its end, or to now.
 *
 * The critical path is read backwards. It ends with the turn of an agent that ended last. Before each turn on it stands
 * the one that ended last among those that had ended when it began, for that is what it came after; of several that ended
 * together its own earlier attempt, else the longest. What lies between two of them was spent waiting for a place, paused, down or on the engine's own
 * work. So its turns do not overlap, and its length is at most the time from launch to end.
 */
import type { WaitKind } from '../core/wait-watch.ts'
import type { NodeStatus, NodeType } from './event.ts'
import type { RunMoment } from './run-history.ts'
import { isCutOff } from './run-history.ts'
import type { RunState, TreeNode } from './state.ts'
import { isTerminal } from './status.ts'

/** `queue`: for a place of the run. `down`: no process had it. */
export const SEGMENT_KINDS = ['queue', 'permit', 'back_off', 'run', 'paused', 'down'] as const
export type SegmentKind = (typeof SEGMENT_KINDS)[number]

export interface Segment {
  from: number
  to: number
  kind: SegmentKind
}

export interface RowSegment extends Segment {
  isCritical: boolean
}

export type Shares = Record<SegmentKind, number>

export interface TimelineRow {
  node_id: string
  parent_id: string | null
  label: string
  node_type: NodeType
  status: NodeStatus
  segments: RowSegment[]
  /** All it did was taken over from another run. */
  isReused: boolean
  /** Milliseconds by kind. */
  spent: Shares
}

export interface CriticalTurn {
  key: string
  node_id: string | null
  from: number
  to: number
}

export interface Timeline {
  /** Launch. */
  from: number
  /** End, or now. */
  to: number
  hasEnded: boolean
  /** The run's own line, without a gap. */
  run: Segment[]
  /** Agents in the order of the tree, each followed by its tools. */
  rows: TimelineRow[]
  /** Milliseconds by kind; together they are `to - from`. */
  shares: Shares
  critical: { ms: number; waitedMs: number; turns: CriticalTurn[] }
}

/** An attempt of a step. */
interface Piece {
  key: string
  node_id: string | null
  within: string | null
  from: number
  to: number
  isCut: boolean
  isReused: boolean
}

interface WaitSpan {
  key: string
  for: WaitKind
  from: number
  to: number
}

/** `now` counts for a run that has not ended. */
export function computeTimeline(state: RunState, now: number): Timeline {
  const from = Date.parse(state.created_at)
  const hasEnded = isTerminal(state.status)
  const to = Math.max(from, hasEnded && state.ended_at !== null ? Date.parse(state.ended_at) : now)
  const pieces = listPieces(state, from, to)
  const waits = listWaits(state, from, to)
  const spans = listSpans(state.history.moments, from, to)
  const run = refine(spans, layOut(pieces, waits))
  const roots = pieces.filter((piece) => piece.within === null)
  const turns = traceBack(roots)
  const rows = listRows(state, { pieces, roots, waits, turns, spans, to })
  const waitedMs = rows
    .filter((row) => row.node_type === 'agent')
    .flatMap((row) => row.segments)
    .filter(({ isCritical, kind }) => isCritical && (kind === 'permit' || kind === 'back_off'))
    .reduce((sum, segment) => sum + segment.to - segment.from, 0)
  const ms = turns.reduce((sum, turn) => sum + turn.to - turn.from, 0)
  return { from, to, hasEnded, run, rows, shares: addUp(run), critical: { ms, waitedMs, turns } }
}

function listPieces(state: RunState, from: number, to: number): Piece[] {
  const { cut_off: cutOff } = state.history
  const clamp = (at: number) => Math.min(to, Math.max(from, at))
  const pieces: Piece[] = cutOff.map((cut) => {
    const span = { from: clamp(Date.parse(cut.from)), to: clamp(Date.parse(cut.to)) }
    return { ...pick(cut), ...span, isCut: true, isReused: false }
  })
  for (const step of Object.values(state.steps)) {
    if (step.status === 'skipped' || isCutOff(cutOff, step)) continue
    const began = clamp(Date.parse(step.started_at))
    const ended = step.ended_at === null ? to : Math.max(began, clamp(Date.parse(step.ended_at)))
    pieces.push({
      ...{ ...pick(step), from: began, to: ended, isCut: false },
      isReused: step.reused_from !== null,
    })
  }
  return pieces
}

function pick({ key, node_id, within }: Pick<Piece, 'key' | 'node_id' | 'within'>) {
  return { key, node_id, within: within ?? null }
}

function listWaits({ history }: RunState, from: number, to: number): WaitSpan[] {
  const clamp = (at: number) => Math.min(to, Math.max(from, at))
  return [
    ...history.waits.past.map((wait) => ({
      ...{ key: wait.key, for: wait.for },
      ...{ from: clamp(Date.parse(wait.from)), to: clamp(Date.parse(wait.to)) },
    })),
    ...Object.values(history.waits.open).map((wait) => ({
      ...{ key: wait.key, for: wait.for },
      ...{ from: clamp(Date.parse(wait.since)), to },
    })),
  ]
}

/** From launch to end without a gap, by what the run itself was at. */
function listSpans(moments: readonly RunMoment[], from: number, to: number): Segment[] {
  const spans: Segment[] = []
  let at = from
  let kind: SegmentKind = 'queue'
  const goTo = (time: number, next: SegmentKind) => {
    const until = Math.min(to, Math.max(at, time))
    if (until > at) addSegment(spans, { from: at, to: until, kind })
    at = until
    kind = next
  }
  for (const moment of moments) {
    const time = Date.parse(moment.at)
    if (moment.what === 'taken_up') {
      goTo(Date.parse(moment.last_at ?? moment.at), 'down')
      goTo(time, 'queue')
    } else {
      goTo(time, KIND_AFTER[moment.what])
    }
  }
  goTo(to, kind)
  return spans
}

const KIND_AFTER: Record<Exclude<RunMoment['what'], 'taken_up'>, SegmentKind> = {
  created: 'queue',
  started: 'run',
  paused: 'paused',
  resumed: 'queue',
  working: 'run',
  completed: 'run',
  failed: 'run',
  canceled: 'run',
}

/** Tells apart, in the time the run was at work, when all that was under way waited. */
function refine(spans: readonly Segment[], work: readonly Segment[]): Segment[] {
  const waiting = work.filter(({ kind }) => kind !== 'run')
  const refined: Segment[] = []
  for (const span of spans) {
    let at = span.from
    for (const wait of span.kind === 'run' ? waiting : []) {
      const begins = Math.max(at, wait.from)
      const ends = Math.min(span.to, wait.to)
      if (ends <= begins) continue
      if (begins > at) addSegment(refined, { from: at, to: begins, kind: 'run' })
      addSegment(refined, { from: begins, to: ends, kind: wait.kind })
      at = ends
    }
    if (span.to > at) addSegment(refined, { from: at, to: span.to, kind: span.kind })
  }
  return refined
}

/** Joins what touches and is of one kind. */
function addSegment(segments: Segment[], segment: Segment): void {
  const last = segments.at(-1)
  if (last && last.kind === segment.kind && last.to === segment.from) last.to = segment.to
  else segments.push({ ...segment })
}

/** When anything of these pieces ran, and when all that was under way waited; in order, without overlap. */
function layOut(pieces: readonly Piece[], waits: readonly WaitSpan[]): Segment[] {
  const keys = new Set(pieces.map(({ key }) => key))
  const changes: { at: number; key: string; of: keyof Counts; by: 1 | -1 }[] = []
  const add = (span: { from: number; to: number }, key: string, of: keyof Counts) => {
    if (span.to <= span.from) return
    changes.push({ at: span.from, key, of, by: 1 }, { at: span.to, key, of, by: -1 })
  }
  for (const piece of pieces) {
    add(piece, piece.key, 'open')
    if (piece.within !== null && keys.has(piece.within)) add(piece, piece.within, 'inner')
  }
  for (const wait of waits) if (keys.has(wait.key)) add(wait, wait.key, wait.for)
  changes.sort((a, b) => a.at - b.at)
  const counts = new Map<string, Counts>()
  const totals = { run: 0, permit: 0, back_off: 0 }
  const segments: Segment[] = []
  for (const [index, { at, key, of, by }] of changes.entries()) {
    const own = counts.get(key) ?? { open: 0, inner: 0, permit: 0, back_off: 0 }
    counts.set(key, own)
    const before = judge(own)
    own[of] += by
    const after = judge(own)
    if (before) totals[before]--
    if (after) totals[after]++
    const until = changes[index + 1]?.at
    const kind =
      totals.run > 0 ? 'run' : totals.permit > 0 ? 'permit' : totals.back_off > 0 ? 'back_off' : null
    if (kind && until !== undefined && until > at) addSegment(segments, { from: at, to: until, kind })
  }
  return segments
}

interface Counts {
  open: number
  /** Pieces under way inside it: they do its work. */
  inner: number
  permit: number
  back_off: number
}

function judge({ open, inner, permit, back_off }: Counts): 'run' | WaitKind | null {
  if (open === 0 || inner > 0) return null
  return permit > 0 ? 'permit' : back_off > 0 ? 'back_off' : 'run'
}

/** The turns of the critical path, the first one first. */
function traceBack(roots: readonly Piece[]): CriticalTurn[] {
  const turns = roots
    .filter((piece) => !piece.isReused)
    .map((piece, index) => ({ piece, index }))
    .sort((a, b) => a.piece.from - b.piece.from || a.index - b.index)
    .map(({ piece }) => piece)
  const path: CriticalTurn[] = []
  let end = Infinity
  let upTo = turns.length
  for (;;) {
    let found = -1
    for (let index = 0; index < upTo; index++) {
      if (turns[index]!.to > end) continue
      if (found < 0 || isNearer(turns[index]!, turns[found]!, path.at(-1)?.key)) found = index
    }
    if (found < 0) return path.reverse()
    const { key, node_id, from, to } = turns[found]!
    path.push({ key, node_id, from, to })
    end = from
    upTo = found
  }
}

/** Whether `one` rather than `other` is what the turn of `key` came after. */
function isNearer(one: Piece, other: Piece, key: string | undefined): boolean {
  if (one.to !== other.to) return one.to > other.to
  if (one.key === key || other.key === key) return one.key === key && other.key !== key
  return one.from < other.from
}

interface Material {
  pieces: readonly Piece[]
  roots: readonly Piece[]
  waits: readonly WaitSpan[]
  turns: readonly CriticalTurn[]
  spans: readonly Segment[]
  to: number
}

function listRows(state: RunState, material: Material): TimelineRow[] {
  const { pieces, turns } = material
  const inner = new Map<string, Set<string>>()
  for (const { key, within } of pieces) {
    if (within === null) continue
    const known = inner.get(within)
    if (known) known.add(key)
    else inner.set(within, new Set([key]))
  }
  const ofNode = new Map<string, Piece[]>()
  const byKey = new Map<string, Piece[]>()
  for (const piece of pieces) {
    addTo(byKey, piece.key, piece)
    if (piece.node_id !== null) addTo(ofNode, piece.node_id, piece)
  }
  return state.node_order.flatMap((id) => {
    const node = state.nodes[id]!
    if (node.node_type !== 'agent' && node.node_type !== 'tool') return []
    const own = ofNode.get(id) ?? []
    const all = withInner(own, inner, byKey)
    const segments = fillGaps(ownSegments(all, own, node, material), own, material)
    const path = turns.filter((turn) => turn.node_id === id)
    const marked = markCritical(segments, path)
    return [
      {
        ...{ node_id: id, parent_id: node.parent_id, label: node.label, node_type: node.node_type },
        ...{ status: node.status, segments: marked, spent: addUp(marked) },
        isReused: own.length > 0 && own.every((piece) => piece.isReused),
      },
    ]
  })
}

function addTo<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}

/** The pieces and all that was begun inside them. */
function withInner(
  own: readonly Piece[],
  inner: ReadonlyMap<string, ReadonlySet<string>>,
  byKey: ReadonlyMap<string, readonly Piece[]>,
): Piece[] {
  const keys = new Set(own.map(({ key }) => key))
  for (const key of keys) for (const below of inner.get(key) ?? []) keys.add(below)
  return [...keys].flatMap((key) => byKey.get(key) ?? [])
}

/** What took no time measurable is a segment of no length. Steps that a checkpoint has let go of leave their node's times. */
function ownSegments(
  all: readonly Piece[],
  own: readonly Piece[],
  node: TreeNode,
  { waits, to }: Material,
): Segment[] {
  if (own.length === 0) {
    if (node.started_at === null || node.status === 'skipped') return []
    const ended = node.ended_at === null ? to : Date.parse(node.ended_at)
    return [{ from: Date.parse(node.started_at), to: ended, kind: 'run' }]
  }
  const segments = layOut(all, waits)
  for (const { from, to: ended } of own) {
    if (ended > from || segments.some((one) => one.from <= from && from <= one.to)) continue
    segments.push({ from, to: from, kind: 'run' })
  }
  return segments.sort((a, b) => a.from - b.from)
}

/** Between an attempt that was cut off and the next one the row shows what the run was at. */
function fillGaps(segments: readonly Segment[], own: readonly Piece[], { spans, to }: Material): Segment[] {
  const filled = [...segments]
  for (const cut of own) {
    if (!cut.isCut) continue
    const next = own
      .filter((piece) => piece.key === cut.key && piece !== cut && piece.from >= cut.to)
      .reduce((first, piece) => Math.min(first, piece.from), to)
    for (const span of spans) {
      if (span.kind === 'run') continue
      const gap = { from: Math.max(span.from, cut.to), to: Math.min(span.to, next), kind: span.kind }
      if (gap.to > gap.from) filled.push(gap)
    }
  }
  return withoutOverlap(filled)
}

function withoutOverlap(segments: readonly Segment[]): Segment[] {
  const sorted = [...segments].sort((a, b) => a.from - b.from || a.to - b.to)
  const clear: Segment[] = []
  let at = -Infinity
  for (const segment of sorted) {
    const from = Math.max(segment.from, at)
    if (segment.to < from || (segment.to === from && segment.to > segment.from)) continue
    addSegment(clear, { ...segment, from })
    at = segment.to
  }
  return clear
}

/** Cut where a turn of the path begins or ends. */
function markCritical(segments: readonly Segment[], path: readonly CriticalTurn[]): RowSegment[] {
  return segments.flatMap((segment) => {
    const inside = ({ from, to }: { from: number; to: number }) =>
      (segment.kind === 'run' || segment.kind === 'permit' || segment.kind === 'back_off') &&
      path.some((turn) => turn.from <= from && to <= turn.to)
    const cuts = path
      .flatMap(({ from, to }) => [from, to])
      .filter((at) => at > segment.from && at < segment.to)
      .sort((a, b) => a - b)
    const edges = [segment.from, ...cuts, segment.to]
    return edges.slice(1).flatMap((to, index) => {
      const piece = { from: edges[index]!, to }
      // A cut may stand twice, where one turn ends as the next begins.
      if (piece.to === piece.from && cuts.length > 0) return []
      return [{ ...piece, kind: segment.kind, isCritical: inside(piece) }]
    })
  })
}

function addUp(segments: readonly Segment[]): Shares {
  const shares: Shares = { queue: 0, permit: 0, back_off: 0, run: 0, paused: 0, down: 0 }
  for (const { from, to, kind } of segments) shares[kind] += to - from
  return shares
}
