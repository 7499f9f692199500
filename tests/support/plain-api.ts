/** The routes of programs alone, over a scripted desk: no pages, no door, and no server. */
import { createApi } from '../../src/api/server.ts'
import { createOpenStreams } from '../../src/core/open-streams.ts'
import { createPayloadMeter } from '../../src/core/payload-meter.ts'
import { createCallLimits } from './call-limits.ts'
import { createScriptedLab, NO_SERIES } from './scripted-lab.ts'
import { createEstimator } from './estimator.ts'
import { createManualClock } from './manual-clock.ts'
import { createScriptedDesk } from './scripted-desk.ts'

export function createPlainApi(
  changes: Partial<Parameters<typeof createApi>[0]> = {},
): ReturnType<typeof createApi> {
  return createApi({
    desk: createScriptedDesk(),
    concurrency: createCallLimits(),
    estimate: createEstimator(),
    lab: createScriptedLab(),
    series: NO_SERIES,
    openStreams: createOpenStreams(),
    payload: createPayloadMeter(),
    launchBounds: { maxTickers: 10 },
    clock: createManualClock(),
    log: { error: () => undefined },
    version: '1.0.0',
    shutdown: new AbortController().signal,
    ...changes,
  })
}
