/**
 * A desk over real files that assesses by the rules over the bundled bars: one of several between which runs are carried
 * as bundles. Its clock stands still unless moved; steps take no time.
 */
import type { RunKind } from '../../src/runs/event.ts'
import type { RunManager } from '../../src/runs/run-manager.ts'
import type { Workflow } from '../../src/runs/workflow.ts'
import { createSampleAssessment } from './assessments.ts'
import { createFileDesk, type DeskRoom, type FileDesk } from './file-desk.ts'
import { runEnded } from './run-ended.ts'

export interface CarryingDesk extends FileDesk {
  /** Launches one run and waits for its end. */
  run(input: unknown, kind?: RunKind): Promise<string>
  exportBytes(runId: string): Promise<Buffer>
  importBytes(bytes: Uint8Array): ReturnType<RunManager['importRun']>
  /** Leaves the desk in order and opens another over the same folders. */
  restart(): Promise<CarryingDesk>
}

export interface CarryingDeskOptions {
  workflows?: readonly Workflow[]
  logLines?: number
}

export async function createCarryingDesk(
  options: CarryingDeskOptions = {},
  room: DeskRoom | null = null,
): Promise<CarryingDesk> {
  const { workflows = [createSampleAssessment()], logLines } = options
  const desk = await createFileDesk({
    ...{ workflows, room },
    // Pruned when the test says so.
    limits: { pruneIntervalMs: 1e13, maxWaiting: 20, ...(logLines && { logLines }) },
  })
  const { manager, close } = desk

  return {
    ...desk,
    async run(input, kind = 'assessment') {
      const { runs } = await manager.launch([{ kind, input }])
      const runId = runs[0]!.run_id
      await runEnded(manager, runId)
      return runId
    },
    async exportBytes(runId) {
      const { stream } = await manager.exportRun(runId)
      return Buffer.from(await new Response(stream).arrayBuffer())
    },
    importBytes: (bytes) => manager.importRun(new Blob([new Uint8Array(bytes)]).stream()),
    async restart() {
      await close()
      return createCarryingDesk(options, desk)
    },
  }
}
