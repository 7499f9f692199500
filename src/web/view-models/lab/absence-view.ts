/** What a job's page does not show yet, or never will, in one sentence that says when it comes or why it does not. */
import type { RunStatus } from '../../../runs/status.ts'

export interface JobStanding {
  status: RunStatus
  isPruned: boolean
}

/** `names` as within a sentence: `statistics`, `the model`. Empty for none. */
export function explainAbsence(names: readonly string[], { status, isPruned }: JobStanding): string {
  if (names.length === 0) return ''
  const listed = joinNames(names)
  const begun = listed.charAt(0).toUpperCase() + listed.slice(1)
  const come = names.length === 1 ? 'comes' : 'come'
  if (isPruned) return `${begun} went with the job’s files. Running it again makes the same ones.`
  switch (status) {
    case 'pending':
      return `${begun} ${come} once this job has had its turn; it waits for a free place.`
    case 'in_progress':
      return `${begun} ${come} when the work for it is done.`
    case 'paused':
      return `The job is paused; ${listed} ${come} once it goes on.`
    case 'error':
      return `The job failed before ${listed} could be worked out; the reason stands above.`
    case 'canceled':
      return `The job was cancelled before ${listed} could be worked out.`
    case 'completed':
      return `${begun}: nothing was left by this job.`
  }
}

function joinNames(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`
}
