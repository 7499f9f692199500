/** A run's time as a chart of bars: what each agent did when, what it waited for, and which turns decided the end. */
import { countOf, formatDuration } from '../../core/format.ts'
import { computePhaseTotals, type PhaseTotals } from '../../runs/phase-totals.ts'
import type { RunState } from '../../runs/state.ts'
import {
  computeTimeline,
  SEGMENT_KINDS,
  type RowSegment,
  type Segment,
  type SegmentKind,
  type Timeline,
  type TimelineRow,
} from '../../runs/timeline.ts'
import { domId } from './progress-view.ts'
import { describeStatus, type StatusView } from './status-view.ts'
import { viewDuration, viewTime, type DurationView, type TimeView } from './time-view.ts'
import { createTimeScale, type Squeeze, type Tick, type TimeScale } from './time-scale.ts'
import { describeTotals } from './totals-view.ts'
import { agentOf, describeNode } from './tree-view.ts'

/** One bar; places in percent of the line's width. */
export interface BarView {
  x: number
  width: number
  /** Names its look: `run`, `permit` and so on; `failed` where the work ended in an error. */
  look: SegmentKind | 'failed' | 'phase' | 'tool' | 'taken'
  isCritical: boolean
  /** It goes on: percent a second by which it grows; null for one that is over. */
  growth: number | null
  title: string
}

export interface TimelineRowView {
  id: string
  domId: string
  kind: 'run' | 'phase' | 'agent' | 'tool'
  label: string
  /** Empty for the run's own line. */
  href: string
  selected: boolean
  status: StatusView
  bars: BarView[]
  duration: DurationView
  isCritical: boolean
  /** How many have no rows of their own here. */
  tools: number
  /** All of it in words. */
  title: string
}

export interface TimelineGroup {
  domId: string
  rows: TimelineRowView[]
}

export interface LegendItem {
  look: SegmentKind | 'critical'
  word: string
  amount: string
}

export interface TableRow {
  domId: string
  label: string
  level: 1 | 2 | 3
  began: string
  ran: string
  permit: string
  backOff: string
  note: string
}

export interface TimelineView {
  /** `2 min 05 s from launch to end`. */
  total: string
  launched: TimeView
  groups: TimelineGroup[]
  ticks: Tick[]
  squeezes: Squeeze[]
  /** Where now is, and how fast it moves; null once the run has ended. */
  now: { x: number; growth: number } | null
  legend: LegendItem[]
  /** Which turns decided the end, in words; empty before any. */
  path: string
  table: TableRow[]
  /** Nobody has begun yet. */
  isEmpty: boolean
}

export interface TimelineSelection {
  /** The node that was asked for: the tools of its agent have rows of their own. */
  asked: string | null
  hrefOf(nodeId: string): string
}

export const KIND_WORDS: Readonly<Record<SegmentKind, string>> = {
  queue: 'queued',
  permit: 'waiting for a limit',
  back_off: 'waiting to try again',
  run: 'at work',
  paused: 'paused',
  down: 'no process',
}

/** Narrower ones could not be seen. */
const LEAST_WIDTH = 0.35
const MOST_NAMED = 6

export function viewTimeline(state: RunState, selection: TimelineSelection, now: number): TimelineView {
  const timeline = computeTimeline(state, now)
  const scale = createTimeScale(timeline)
  const draw = createDrawing(timeline, scale, state.status === 'in_progress')
  const totals = new Map(computePhaseTotals(state, timeline).map((one) => [one.node_id, one]))
  const groups = groupRows(state, timeline, selection, totals, draw)
  const { critical, from, to, hasEnded } = timeline
  const whole = formatDuration(to - from)
  return {
    total: hasEnded ? `${whole} from launch to end` : `${whole} since launch`,
    launched: viewTime(state.created_at),
    groups,
    ticks: scale.ticks,
    squeezes: scale.squeezes,
    now: hasEnded ? null : draw.now,
    legend: [
      ...viewShares(timeline),
      ...(critical.turns.length === 0
        ? []
        : [
            {
              look: 'critical' as const,
              word: hasEnded ? 'critical path' : 'critical path so far',
              amount: describeShare(critical.ms, to - from),
            },
          ]),
    ],
    path: describePath(state, timeline),
    table: viewTable(state, timeline, totals),
    isEmpty: timeline.rows.every((row) => row.segments.length === 0),
  }
}

interface Drawing {
  bar(segment: Segment, look: BarView['look'], isCritical: boolean, title: string): BarView
  now: { x: number; growth: number }
}

function createDrawing(timeline: Timeline, scale: TimeScale, isMoving: boolean): Drawing {
  const { from, to, hasEnded } = timeline
  // In steps of a hundredth of the width, so that a bar is the same until it has grown by something one can see.
  const lastMs = hasEnded ? to : from + Math.floor((to - from) / scale.quantumMs) * scale.quantumMs
  const growth = isMoving ? Math.round(1_000_000 / scale.quantumMs) / 1_000 : 0
  return {
    now: { x: scale.at(lastMs), growth },
    bar(segment, look, isCritical, title) {
      const isOpen = !hasEnded && segment.to === to
      const x = scale.at(segment.from)
      const ends = scale.at(isOpen ? Math.max(segment.from, lastMs) : segment.to)
      const width = Math.max(LEAST_WIDTH, Math.round((ends - x) * 100) / 100)
      return {
        ...{ x: Math.min(x, 100 - LEAST_WIDTH), width, look, isCritical, title },
        growth: isOpen && growth > 0 ? growth : null,
      }
    },
  }
}

function groupRows(
  state: RunState,
  timeline: Timeline,
  { asked, hrefOf }: TimelineSelection,
  totals: ReadonlyMap<string, PhaseTotals>,
  draw: Drawing,
): TimelineGroup[] {
  const unfolded = asked === null ? null : (agentOf(state, asked)?.id ?? null)
  const tools = new Map<string, TimelineRow[]>()
  for (const row of timeline.rows) {
    if (row.node_type !== 'tool' || row.parent_id === null || row.segments.length === 0) continue
    tools.set(row.parent_id, [...(tools.get(row.parent_id) ?? []), row])
  }
  const view = (row: TimelineRow, own: readonly TimelineRow[]): TimelineRowView => {
    const isTool = row.node_type === 'tool'
    const node = state.nodes[row.node_id]!
    const status = describeNode(state, node)
    const bars = viewBars(row, draw, isTool ? [] : own)
    const isRunning = !timeline.hasEnded && row.segments.at(-1)?.to === timeline.to
    const isTicking = isRunning && row.segments.at(-1)?.kind === 'run' && state.status === 'in_progress'
    const isFolded = own.length > 0 && row.node_id !== unfolded
    return {
      ...{ id: row.node_id, domId: `tl-${domId(row.node_id)}`, kind: isTool ? 'tool' : 'agent' },
      ...{ label: row.label, href: hrefOf(row.node_id), selected: row.node_id === asked, bars },
      status,
      duration: row.isReused
        ? { text: 'taken over', tickingMs: null }
        : viewDuration(row.spent.run, isTicking),
      isCritical: row.segments.some(({ isCritical }) => isCritical),
      tools: isFolded ? own.length : 0,
      title: describeRow(row, status.word, node.reason),
    }
  }
  const runRow: TimelineRowView = {
    ...{ id: '', domId: 'tl-whole', kind: 'run', label: 'Run', href: '', selected: false, tools: 0 },
    status: describeStatus(state.status),
    bars: timeline.run.map((segment) =>
      draw.bar(segment, segment.kind, false, describeSegment('Run', segment)),
    ),
    duration: viewDuration(timeline.to - timeline.from, state.status === 'in_progress'),
    isCritical: false,
    title: `Run: ${describeSpent(timeline.shares)}`,
  }
  const groups: TimelineGroup[] = [{ domId: 'tlg-run', rows: [runRow] }]
  let group: TimelineGroup = groups[0]!
  const byId = new Map(timeline.rows.map((row) => [row.node_id, row]))
  for (const id of state.node_order) {
    const node = state.nodes[id]!
    const phase = totals.get(id)
    if (phase && node.started_at !== null) {
      group = { domId: `tlg-${domId(id)}`, rows: [viewPhase(state, phase, timeline, hrefOf, draw)] }
      groups.push(group)
    }
    const row = byId.get(id)
    if (node.node_type !== 'agent' || !row || row.segments.length === 0) continue
    const own = tools.get(id) ?? []
    group.rows.push(view(row, own))
    if (id === unfolded) group.rows.push(...own.map((tool) => view(tool, [])))
  }
  return groups
}

function viewPhase(
  state: RunState,
  phase: PhaseTotals,
  timeline: Timeline,
  hrefOf: (nodeId: string) => string,
  draw: Drawing,
): TimelineRowView {
  const node = state.nodes[phase.node_id]!
  const isOpen = node.ended_at === null && !timeline.hasEnded
  const from = Date.parse(node.started_at!)
  const to = node.ended_at === null ? timeline.to : Date.parse(node.ended_at)
  const title = `${phase.label}: ${describeTotals(phase)}`
  return {
    ...{ id: phase.node_id, domId: `tl-${domId(phase.node_id)}`, kind: 'phase', label: phase.label },
    ...{ href: hrefOf(phase.node_id), selected: false, tools: 0, isCritical: false, title },
    status: describeNode(state, node),
    bars: [draw.bar({ from, to, kind: 'run' }, 'phase', false, title)],
    duration: viewDuration(phase.wall_ms, isOpen && state.status === 'in_progress'),
  }
}

function viewBars(row: TimelineRow, draw: Drawing, tools: readonly TimelineRow[]): BarView[] {
  const last = row.segments.length - 1
  const bars = row.segments.map((segment, index) =>
    draw.bar(
      segment,
      lookOf(row, segment, index === last),
      segment.isCritical,
      describeSegment(row.label, segment),
    ),
  )
  const marks = tools.flatMap((tool) =>
    tool.segments.map((segment) => draw.bar(segment, 'tool', false, describeSegment(tool.label, segment))),
  )
  return [...bars, ...marks]
}

function lookOf(row: TimelineRow, segment: RowSegment, isLast: boolean): BarView['look'] {
  if (row.isReused) return 'taken'
  return row.status === 'error' && isLast && segment.kind === 'run' ? 'failed' : segment.kind
}

function describeSegment(label: string, { from, to, kind }: Segment): string {
  return `${label}: ${KIND_WORDS[kind]} ${formatDuration(to - from)}`
}

function describeRow(row: TimelineRow, word: string, reason: string | null): string {
  const { isReused, segments } = row
  if (isReused) return `${row.label}: ${word}, taken over from another run`
  const critical = segments.some(({ isCritical }) => isCritical) ? ', on the critical path' : ''
  const why = reason === null ? '' : ` (${reason})`
  return `${row.label}: ${word}${why}, ${describeSpent(row.spent)}${critical}`
}

function describeSpent(spent: TimelineRow['spent']): string {
  const told = SEGMENT_KINDS.filter((kind) => spent[kind] > 0).map(
    (kind) => `${KIND_WORDS[kind]} ${formatDuration(spent[kind])}`,
  )
  return told.length > 0 ? told.join(', ') : 'no time to speak of'
}

/**
 * Of the run's own time, and for waits of its agents' added up: while one waits others may work, and then it holds
 * nobody up.
 */
function viewShares({ rows, shares, from, to }: Timeline): LegendItem[] {
  return SEGMENT_KINDS.flatMap((kind) => {
    const item = { look: kind, word: KIND_WORDS[kind] }
    if (kind !== 'permit' && kind !== 'back_off') {
      return shares[kind] > 0 ? [{ ...item, amount: describeShare(shares[kind], to - from) }] : []
    }
    const waiters = rows.filter((row) => row.node_type === 'agent' && row.spent[kind] > 0)
    const ms = waiters.reduce((sum, row) => sum + row.spent[kind], 0)
    if (ms === 0) return []
    const held = shares[kind] > 0 ? `; nobody worked for ${formatDuration(shares[kind])}` : ''
    return [{ ...item, amount: `${formatDuration(ms)} over ${countOf(waiters.length, 'agent')}${held}` }]
  })
}

/** `1.2 s · 4 %`. */
function describeShare(ms: number, wholeMs: number): string {
  const percent = (100 * ms) / Math.max(1, wholeMs)
  return `${formatDuration(ms)} · ${percent < 1 ? '<1' : Math.round(percent)} %`
}

/** Turns of one agent after another are one name; a long path keeps its ends. */
function describePath(state: RunState, { critical, hasEnded }: Timeline): string {
  const names: string[] = []
  for (const { node_id: id } of critical.turns) {
    const name = id === null ? 'other work' : (state.nodes[id]?.label ?? id)
    if (names.at(-1) !== name) names.push(name)
  }
  if (names.length === 0) return ''
  const shown =
    names.length <= MOST_NAMED ? names : [...names.slice(0, 2), '…', ...names.slice(2 - MOST_NAMED)]
  const waited =
    critical.waitedMs > 0 ? `, of which ${formatDuration(critical.waitedMs)} waiting for limits or tries` : ''
  const lead = hasEnded ? 'Critical path' : 'Critical path so far'
  return `${lead}: ${shown.join(' → ')}; ${formatDuration(critical.ms)}${waited}.`
}

function viewTable(
  state: RunState,
  timeline: Timeline,
  totals: ReadonlyMap<string, PhaseTotals>,
): TableRow[] {
  const since = (ms: number) => (ms <= timeline.from ? '0 ms' : formatDuration(ms - timeline.from))
  const amount = (ms: number) => (ms === 0 ? '–' : formatDuration(ms))
  const rows = new Map(timeline.rows.map((row) => [row.node_id, row]))
  return state.node_order.flatMap((id): TableRow[] => {
    const node = state.nodes[id]!
    const phase = totals.get(id)
    const base = { domId: `tlt-${domId(id)}`, label: node.label }
    if (phase) {
      if (node.started_at === null) return []
      return [
        {
          ...{ ...base, level: 1 as const, began: since(Date.parse(node.started_at)) },
          ...{ ran: amount(phase.work_ms), permit: amount(phase.permit_ms) },
          ...{ backOff: amount(phase.back_off_ms), note: describeStatus(node.status).word },
        },
      ]
    }
    const row = rows.get(id)
    if (!row || row.segments.length === 0) return []
    const notes = [
      row.isReused ? 'taken over' : describeStatus(row.status).word,
      ...(row.segments.some(({ isCritical }) => isCritical) ? ['critical'] : []),
      ...(row.spent.paused > 0 ? [`paused ${formatDuration(row.spent.paused)}`] : []),
      ...(row.spent.down > 0 ? [`no process ${formatDuration(row.spent.down)}`] : []),
    ]
    return [
      {
        ...{ ...base, level: row.node_type === 'tool' ? (3 as const) : (2 as const) },
        began: since(row.segments[0]!.from),
        ran: row.isReused ? '–' : formatDuration(row.spent.run),
        ...{ permit: amount(row.spent.permit), backOff: amount(row.spent.back_off), note: notes.join(', ') },
      },
    ]
  })
}
