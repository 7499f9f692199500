/**
 * What is told when a run has ended by itself: the message, and the signature by which its receiver knows who sent it.
 * A run that a person canceled, and one that worked for another run, are no news.
 */
import { createHmac } from 'node:crypto'
import type { RunState } from '../runs/state.ts'
import { publicSummary, type PublicSummary, type Summary } from '../runs/summary.ts'

export const NOTICE_EVENTS = ['run.completed', 'run.failed'] as const
export type NoticeEvent = (typeof NOTICE_EVENTS)[number]

export interface Notice {
  /** The same however often it is sent: a receiver that has seen it can leave it. */
  id: string
  event: NoticeEvent
  run: PublicSummary
}

/** Null where there is nothing to tell. */
export function buildNotice(state: Pick<RunState, 'parent'>, summary: Summary): Notice | null {
  if (state.parent !== null) return null
  const event = eventOf(summary)
  return event && { id: `${summary.run_id}.${event}`, event, run: publicSummary(summary) }
}

function eventOf({ status }: Summary): NoticeEvent | null {
  if (status === 'completed') return 'run.completed'
  return status === 'error' ? 'run.failed' : null
}

/**
 * `t=<seconds since the epoch>,v1=<HMAC SHA-256 of "<t>.<body>", hex>`: the time is signed too, so that a message that
 * was overheard cannot be sent again much later.
 */
export function signBody(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000)
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  return `t=${seconds},v1=${mac}`
}
