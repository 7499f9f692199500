/** Starts the desk with the paced run, and knows where it is. */
import { join } from 'node:path'
import { startProbed, type ProbedProcess } from './probed-process.ts'
import type { DeskPlace } from './seed.ts'

/** Where a server of the benchmark listens, and the path to ask for. */
export interface Address {
  port: number
  path: string
}

export interface PacedDesk {
  readonly process: ProbedProcess
  readonly origin: string
  /** The page of the paced run. */
  readonly path: string
  order(order: 'go' | 'halt'): void
}

/** The run waits until it is told to go; then that many events come each second. */
export async function startPacedDesk(place: DeskPlace, eventsPerSecond: number): Promise<PacedDesk> {
  const script = join(import.meta.dirname, 'paced-desk.ts')
  const desk = startProbed(script, [place.dataDir, place.resultsDir, String(eventsPerSecond)])
  const { port, path } = await desk.hear((message) => message.listening as Address | undefined)
  // What its start took is not the loop being held up.
  await desk.report()
  return {
    process: desk,
    origin: `http://127.0.0.1:${port}`,
    path,
    order: (order) => void desk.child.send(order),
  }
}
