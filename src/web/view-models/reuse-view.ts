/** What a run that was run again took over instead of doing it, what that saved, and what both have cost together. */
import { countOf, formatDuration, formatUsd } from '../../core/format.ts'
import { NotFoundError } from '../../core/errors.ts'
import type { RunDesk } from '../../runs/desk.ts'
import type { Reuse } from '../../runs/identity.ts'
import type { RunState } from '../../runs/state.ts'
import { addUsage } from '../../runs/usage.ts'
import type { Saved } from '../pages/savings.ts'
import { runHref } from './run-row.ts'

export interface ReuseView {
  /** `21 steps`. */
  text: string
  runId: string
  href: string
  /** `0.0312 USD and 18.2 s`; empty while nothing is taken over yet. */
  saved: string
  /** What the run it took over from and this one have cost together; empty where no model was asked in one of them. */
  together: string
}

/** `saved` is null where nothing was taken over (yet); null for a run that is to take over nothing. */
export function viewReuse(
  desk: Pick<RunDesk, 'summary'>,
  state: RunState,
  reuse: Reuse,
  saved: Saved | null,
): ReuseView | null {
  if (reuse.keys.length === 0) return null
  return {
    text: countOf(saved?.steps ?? reuse.keys.length, 'step'),
    runId: reuse.run_id,
    href: runHref(reuse.run_id),
    saved: saved ? describeSaved(saved) : '',
    together: describeTogether(desk, state, reuse.run_id),
  }
}

/** What costs nothing is not said to be saved. */
function describeSaved({ saved_usd, saved_ms }: Saved): string {
  const parts = [
    ...(saved_usd === 0 || saved_usd === null ? [] : [formatUsd(saved_usd)]),
    ...(saved_ms === 0 ? [] : [formatDuration(saved_ms)]),
  ]
  return parts.join(' and ')
}

function describeTogether(desk: Pick<RunDesk, 'summary'>, { usage }: RunState, sourceId: string): string {
  try {
    const before = desk.summary(sourceId).usage
    return usage.calls === 0 || before.calls === 0 ? '' : formatUsd(addUsage(usage, before).cost_usd)
  } catch (error) {
    if (error instanceof NotFoundError) return ''
    throw error
  }
}
