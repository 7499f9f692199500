/** What pruning would do and did, as the System page says it. */
import type { Config } from '../../config.ts'
import { countOf, formatBytes } from '../../core/format.ts'
import { KEPT_WORDS, type KeptRun, type PrunePreview, type PruneReport } from '../../runs/prune-report.ts'
import { runHref } from './run-row.ts'
import { viewTime, type TimeView } from './time-view.ts'

/** Of each table; the rest is counted. */
const MOST_ROWS = 50

export interface RetentionRow {
  runId: string
  ticker: string
  /** The day it stands on; empty where that is not known. */
  asOf: string
  href: string
  ended: TimeView | null
  reason: string
  /** What deleting its files frees, or why they stay. */
  note: string
}

export interface RetentionView {
  /** The settings in words. */
  rules: string[]
  deletesNothing: boolean
  /** Null while a first look is under way. */
  plan: {
    looked: TimeView
    due: RetentionRow[]
    moreDue: number
    /** `12 runs`, and what their files take; empty where none is due. */
    dueText: string
    freed: string
    kept: RetentionRow[]
    moreKept: number
    /** What would be packed, in words; empty where nothing is. */
    packText: string
  } | null
  last: { at: TimeView; text: string; problems: string[] } | null
}

export function viewRetention(
  preview: PrunePreview | null,
  last: PruneReport | null,
  config: Pick<Config, 'resultsMaxPerTicker' | 'resultsMaxAgeDays' | 'maxAgeHours' | 'pruneIntervalSeconds'>,
  dayOf: (runId: string) => string,
): RetentionView {
  return {
    rules: describeRules(config),
    deletesNothing: config.resultsMaxAgeDays === 0,
    plan: preview && viewPlan(preview, dayOf),
    last: last && {
      at: viewTime(last.at),
      text: describeDone(last),
      problems: last.failed.map(
        ({ run_id, action, error }) => `${run_id} not ${action === 'prune' ? 'pruned' : 'packed'}: ${error}`,
      ),
    },
  }
}

function describeRules(config: Parameters<typeof viewRetention>[2]): string[] {
  const { resultsMaxPerTicker, resultsMaxAgeDays, maxAgeHours, pruneIntervalSeconds } = config
  const runs = resultsMaxPerTicker === 1 ? 'newest ended run' : `${resultsMaxPerTicker} newest ended runs`
  return [
    resultsMaxAgeDays === 0
      ? 'Nothing is ever deleted.'
      : `The ${runs} of each ticker keep their files, for ${countOf(resultsMaxAgeDays, 'day')} from their end. Then reports, logs and journal go; summary, decision and history stay.`,
    `${countOf(maxAgeHours, 'hour')} after its end a run’s files are packed: they take less room and read as before.`,
    `The desk sees to it every ${formatInterval(pruneIntervalSeconds)}.`,
  ]
}

/** `hour`, `5 minutes`, `90 seconds`: in the greatest unit of which it is a whole number. */
function formatInterval(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds % each === 0)!
  return seconds === length ? unit : countOf(seconds / length, unit)
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

function viewPlan(preview: PrunePreview, dayOf: (runId: string) => string): RetentionView['plan'] {
  const { due, kept, to_pack } = preview
  return {
    looked: viewTime(preview.at),
    due: due.slice(0, MOST_ROWS).map((run) => ({ ...viewRow(run, dayOf), note: formatBytes(run.bytes) })),
    moreDue: Math.max(0, due.length - MOST_ROWS),
    dueText: due.length === 0 ? '' : countOf(due.length, 'run'),
    freed: formatBytes(preview.freed_bytes),
    kept: kept
      .slice(0, MOST_ROWS)
      .map((run) => ({ ...viewRow(run, dayOf), note: KEPT_WORDS[run.kept_because] })),
    moreKept: Math.max(0, kept.length - MOST_ROWS),
    packText:
      to_pack.length === 0 ? '' : `${countOf(to_pack.length, 'run')} with ${formatBytes(preview.pack_bytes)}`,
  }
}

function viewRow(
  run: Pick<KeptRun, 'run_id' | 'ticker' | 'ended_at' | 'reason'>,
  dayOf: (runId: string) => string,
): Omit<RetentionRow, 'note'> {
  const { run_id: runId, ticker, ended_at, reason } = run
  const ended = ended_at === null ? null : viewTime(ended_at)
  return { runId, ticker, asOf: dayOf(runId), href: runHref(runId), ended, reason }
}

function describeDone({ pruned, packed, freed_bytes, saved_bytes }: PruneReport): string {
  const done = [
    ...(pruned.length > 0
      ? [`the files of ${countOf(pruned.length, 'run')} deleted (${formatBytes(freed_bytes)})`]
      : []),
    ...(packed.length > 0
      ? [`${countOf(packed.length, 'run')} packed (${formatBytes(saved_bytes)} saved)`]
      : []),
  ]
  return done.length === 0 ? 'nothing done' : done.join(', ')
}
