/** What a job was asked: its name in a few words, and the address of the form that it was, or could have been, started from. */
import { writeJobForm } from '../../lab/job-form.ts'
import { isJobKind, type JobKind } from '../../lab/job-inputs.ts'
import type { RunState } from '../../runs/state.ts'

/** Null for a run that is no job, or whose input cannot be read. */
export function againHref(kind: string, input: RunState['input'] | null): string | null {
  if (!isJobKind(kind) || input === null || typeof input !== 'object' || Array.isArray(input)) return null
  return formHref(kind, input)
}

export function formHref(kind: JobKind, input: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [control, values] of Object.entries(writeJobForm(kind, input)))
    for (const value of values) query.append(control, value)
  return `/lab/new?${query.toString()}`
}

/** What a job runs: its strategy, or the model it trains; empty where that is not known. */
export function nameWork(input: unknown): string {
  if (input === null || typeof input !== 'object') return ''
  const { strategy, model } = input as Record<string, unknown>
  return typeof strategy === 'string' ? strategy : typeof model === 'string' ? model : ''
}
