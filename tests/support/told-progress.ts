/** The progress that a run has journaled: share and message, in order. */
import type { TestDesk } from './scripted-manager.ts'

export function toldOf(desk: TestDesk, runId: string): [fraction: number, message: string | null][] {
  return desk.ports.eventsOf(runId).flatMap((event) => {
    if (event.type !== 'run_progress') return []
    const { fraction, message } = event as unknown as { fraction: number; message: string | null }
    return [[fraction, message]]
  })
}
