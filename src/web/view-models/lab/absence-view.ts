/** Why a part of a job's page has nothing to show, in words that say what comes and when. */
import type { RunStatus } from '../../../runs/status.ts'

export interface Missing {
  /** `Trades`, as a sentence begins. */
  name: string
  /** `come`, or `comes` for one thing. */
  verb: 'come' | 'comes'
}

export interface JobStanding {
  status: RunStatus
  isPruned: boolean
}

export function explainAbsence({ name, verb }: Missing, { status, isPruned }: JobStanding): string {
  const lower = name.charAt(0).toLowerCase() + name.slice(1)
  if (isPruned) return `${name} went with the job’s files. Running it again makes the same ones.`
  switch (status) {
    case 'pending':
      return `${name} ${verb} once this job has had its turn; it waits for a free place.`
    case 'in_progress':
      return `${name} ${verb} when the work for it is done.`
    case 'paused':
      return `The job is paused; ${lower} ${verb} once it goes on.`
    case 'error':
      return `The job failed before ${lower} could be worked out; the reason stands above.`
    case 'canceled':
      return `The job was cancelled before ${lower} could be worked out.`
    case 'completed':
      return `${name}: nothing was left by this job.`
  }
}
