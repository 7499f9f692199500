/** What the JSON routes are made from, and what a request brings along. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../core/clock.ts'
import type { AssessmentInput } from '../committee/assessment-input.ts'
import type { AssessmentEstimate } from '../committee/estimate.ts'
import type { LaunchBounds } from '../committee/launch-form.ts'
import type { Concurrency } from '../core/concurrency.ts'
import type { LabDesk } from '../lab/lab-desk.ts'
import type { SeriesDesk } from '../lab/series-facts.ts'
import type { OpenStreams } from '../core/open-streams.ts'
import type { PayloadMeter } from '../core/payload-meter.ts'
import type { RunDesk } from '../runs/desk.ts'

export interface ApiEnv {
  Bindings: {
    incoming?: IncomingMessage
    outgoing?: ServerResponse
  }
}

/** A pino logger fits. */
export interface ApiLog {
  error(fields: object, message: string): void
}

export interface ApiDeps {
  desk: RunDesk
  concurrency: Concurrency
  /** What each of these launches would take; throws `InputError` as a launch would for models that cannot be used. */
  estimate(inputs: readonly AssessmentInput[]): Promise<AssessmentEstimate[]>
  openStreams: OpenStreams
  /** What live updates have saved. */
  payload: PayloadMeter
  launchBounds: LaunchBounds
  /** What the lab has found, beyond the states of its runs. */
  lab: LabDesk
  /** Price files that were brought in. */
  series: SeriesDesk
  clock: Clock
  log: ApiLog
  version: string
  /** Ends every stream. */
  shutdown: AbortSignal
}
