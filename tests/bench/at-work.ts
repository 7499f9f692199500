/**
 * A desk with many stored runs at full work: assessments without any delay, pages looked at while they run, old results
 * being pruned. Gives no figure of its own but the longest block of the event loop.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MANY_RUNS, type BenchContext } from './context.ts'
import type { Measurement, Outcome } from './harness.ts'
import { launch, listStatuses } from './launch.ts'
import { findStreamUrl, readPageStream } from './page-stream.ts'
import { request, startProduct } from './product-server.ts'

const TICKERS = 'AAPL,GOOG,IBM,MSFT'
const LAUNCHES = ['2008-09-15', '2010-05-06', '2012-06-29']
const PRUNE_INTERVAL_SECONDS = 2
/** Long enough for several passes of pruning. */
const AT_LEAST_MS = 6_000
const LOOK_EVERY_MS = 50

export const atWork: Measurement<BenchContext> = {
  name: 'at-work',
  async run({ place }): Promise<Outcome> {
    const server = await startProduct(await place(MANY_RUNS), {
      RUN_PRUNE_INTERVAL_SECONDS: String(PRUNE_INTERVAL_SECONDS),
    })
    const { origin } = server
    const startedMs = performance.now()
    try {
      for (const asOf of LAUNCHES) await assessAndLook(origin, asOf)
      const restMs = AT_LEAST_MS - (performance.now() - startedMs)
      if (restMs > 0) await sleep(restMs)
      const { block } = await server.process.report()
      return { readings: [], block: { ...block, during: 'assessing, showing and pruning' } }
    } finally {
      await server.end()
    }
  },
}

async function assessAndLook(origin: string, asOf: string): Promise<void> {
  const { batchId, runIds } = await launch(origin, TICKERS, asOf)
  const paths = [
    `/runs/${encodeURIComponent(runIds[0]!)}`,
    `/runs?batch=${encodeURIComponent(batchId)}`,
    '/runs',
    '/',
  ]
  const streams = await Promise.all(
    paths.map(async (path) => readPageStream(origin + (await findStreamUrl(origin, path)))),
  )
  for (let look = 0; ; look += 1) {
    await request(origin + paths[look % paths.length]!, { accept: 'text/html' })
    const runs = await listStatuses(origin, batchId)
    if (runs.every(({ ended_at: endedAt }) => endedAt !== null)) break
    await sleep(LOOK_EVERY_MS)
  }
  // Finished pages with verdict and chart, as they are opened afterwards.
  for (const path of paths) await request(origin + path, { accept: 'text/html' })
  for (const stream of streams) stream.close()
}
