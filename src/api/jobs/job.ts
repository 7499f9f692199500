/**
 * A run of the lab as the clients of `/jobs` know it: the one place where the states of runs become those of jobs. A
 * paused run is queued: it waits for its turn like any other and nothing moves it meanwhile.
 */
import { z } from '@hono/zod-openapi'
import { JOB_KINDS, type JobKind } from '../../lab/job-inputs.ts'
import type { RunStatus } from '../../runs/status.ts'
import type { Summary } from '../../runs/summary.ts'
import { runIdSchema } from '../schemas.ts'
import { jobResultSchema } from './job-result-schema.ts'

export const JOB_STATES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const
export type JobState = (typeof JOB_STATES)[number]

const STATE_OF: Record<RunStatus, JobState> = {
  pending: 'QUEUED',
  in_progress: 'RUNNING',
  paused: 'QUEUED',
  completed: 'SUCCEEDED',
  error: 'FAILED',
  canceled: 'CANCELED',
}

const time = z.iso.datetime().nullable()

export const jobSchema = z
  .object({
    job_id: runIdSchema,
    kind: z.enum(JOB_KINDS),
    state: z.enum(JOB_STATES),
    progress: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .meta({ description: 'Never falls; null where there is no measure' }),
    progress_message: z.string().nullable().meta({ example: 'Run 45/100' }),
    eta_seconds: z.number().nullable(),
    started_at: time,
    finished_at: time,
    log: z.string().nullable().meta({
      description: 'The file of its log below RESULTS_DIR; null once that is gone',
      example: 'GOOG/2026-11-20_10.00.00/artifacts/run.log',
    }),
    result: jobResultSchema,
  })
  .openapi('Job')

export type Job = z.infer<typeof jobSchema>

/** The statuses of runs whose job is in one of these states. */
export function statusesOf(states: readonly JobState[]): RunStatus[] {
  return (Object.keys(STATE_OF) as RunStatus[]).filter((status) => states.includes(STATE_OF[status]))
}

/** `folder` is where the run's files are, below `RESULTS_DIR`. */
export function describeJob(summary: Summary, folder: string | null, result: Job['result']): Job {
  return {
    job_id: summary.run_id,
    kind: summary.kind as JobKind,
    state: STATE_OF[summary.status],
    progress: summary.overall_progress === null ? null : summary.overall_progress / 100,
    progress_message: summary.progress_message,
    eta_seconds: summary.eta_seconds,
    started_at: summary.started_at,
    finished_at: summary.ended_at,
    log: folder && `${folder}/artifacts/run.log`,
    result,
  }
}
