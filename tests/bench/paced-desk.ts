/**
 * The server under test where the pace of a run matters: storage, run manager, pages and streams put together as the
 * desk puts them, with one run whose events come steadily, one by one. A process of its own; `paced-desk-process.ts`
 * starts it and tells it what to do.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createApi } from '../../src/api/server.ts'
import { loadConfig } from '../../src/config.ts'
import { systemClock } from '../../src/core/clock.ts'
import { createOpenStreams } from '../../src/core/open-streams.ts'
import { createPayloadMeter } from '../../src/core/payload-meter.ts'
import { findPackageRoot } from '../../src/core/package-root.ts'
import { createMarket } from '../../src/market/market.ts'
import { createVendor } from '../../src/market/vendors/index.ts'
import { createRunManager } from '../../src/runs/run-manager.ts'
import type { StepContext } from '../../src/runs/workflow.ts'
import { createStoreMeasure } from '../../src/storage/measure-store.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { createAssets } from '../../src/web/assets.ts'
import { createCharts } from '../../src/web/charts/charts.ts'
import { createListener } from '../../src/web/listener.ts'
import { createPages } from '../../src/web/pages/create-pages.ts'
import { createRenderer } from '../../src/web/render.ts'
import { createWeb } from '../../src/web/server.ts'
import { BENCH_LIMITS, SILENT_LOG } from './context.ts'
import { createWindowWatch } from './stream-window.ts'
import { createPacedWorkflow, type Beats } from './paced-workflow.ts'
import { createCallLimits } from '../support/call-limits.ts'
import { createScriptedLab, NO_SERIES } from '../support/scripted-lab.ts'
import { createEstimator } from '../support/estimator.ts'

/** A step gives three events: its start, what it logs and its end. */
const EVENTS_PER_STEP = 3
const LOG_LINES = 60
const REPORT_PARAGRAPHS = 25

const [dataDir, resultsDir, eventsPerSecond] = process.argv.slice(2) as [string, string, string]
const stepMs = (EVENTS_PER_STEP * 1_000) / Number(eventsPerSecond)
const clock = systemClock
const watch = createWindowWatch()
let isRunning = false
let goOn = Promise.withResolvers<void>()
let events = 0

/** Gives the page about as much to show as a real assessment that is half done. */
async function writeMuch(step: StepContext): Promise<void> {
  for (let i = 0; i < LOG_LINES; i += 1)
    step.log('INFO', `trend_slope {"bars":${i + 20}}: up 4.2 % a year, error 0.3 %`)
  const paragraph =
    'The slope of the last 50 closes is up 4.2 % a year with a standard error of 0.3 % [E1]; volume agrees.'
  step.replace(`## Trend\n\n${`${paragraph}\n\n`.repeat(REPORT_PARAGRAPHS)}`, 'market_report')
}

async function beat({ ctx, step }: Beats): Promise<void> {
  await step(writeMuch)
  let dueMs = clock.now()
  /** Kept to the clock, so that what a step itself takes does not slow the pace. */
  const untilDue = (signal: AbortSignal) => {
    dueMs += stepMs / 2
    return clock.sleep(Math.max(0, dueMs - clock.now()), signal)
  }
  while (!ctx.signal.aborted) {
    if (!isRunning) {
      await goOn.promise
      dueMs = clock.now()
    }
    await step(async (inner) => {
      inner.log('INFO', 'trend_slope {"bars":50}: up 4.2 % a year with a standard error of 0.3 %')
      await untilDue(inner.signal)
    })
    await untilDue(ctx.signal)
  }
}

const { config, sources } = loadConfig({ environment: {}, envFile: join(dataDir, 'no.env') })
const storage = await openStorage({ dataDir, resultsDir, clock, log: SILENT_LOG })
const market = createMarket(createVendor(config))
const manager = createRunManager({
  ...storage,
  workflows: [createPacedWorkflow(beat)],
  clock,
  limits: BENCH_LIMITS,
  log: SILENT_LOG,
})
const shutdown = new AbortController()
const shared = { desk: manager, clock, log: SILENT_LOG }
const concurrency = createCallLimits()
const root = findPackageRoot()
const assets = createAssets(join(root, 'public'))
const renderer = createRenderer({
  viewsDir: join(root, 'views'),
  cache: true,
  assetUrl: assets.url,
  version: '0',
})
const payload = createPayloadMeter()
const pages = createPages({
  ...{ desk: manager, market, config, clock, concurrency, estimate: createEstimator() },
  lab: createScriptedLab(),
  series: NO_SERIES,
  features: [],
  settingSources: sources,
  models: { deep: null, quick: null, budgetUsd: null, budgetTokens: null },
  sources: { fundamentals: false, news: false, sentiment: false },
  hosts: [],
  vendorHealth: () => ({ answered_at: null, failure: null }),
  charts: createCharts(),
  storage: createStoreMeasure({ dataDir, resultsDir, clock }),
  notices: null,
  payload,
  openapi: () => ({}),
})
const app = createWeb({
  ...shared,
  ...pages,
  lab: createScriptedLab(),
  series: NO_SERIES,
  config,
  renderer,
  assets,
  secret: Buffer.alloc(32, 7),
  shutdown: shutdown.signal,
})
app.route(
  '/',
  createApi({
    ...shared,
    concurrency,
    estimate: createEstimator(),
    lab: createScriptedLab(),
    series: NO_SERIES,
    payload,
    launchBounds: { maxTickers: 10 },
    openStreams: createOpenStreams(),
    version: '0',
    shutdown: shutdown.signal,
  }).routes,
)

await manager.start({ recover: false })
manager.feed.subscribe(() => (events += 1))
const { runs } = await manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
const server = createServer(createListener(app))
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send!({ listening: { port, path: `/runs/${encodeURIComponent(runs[0]!.run_id)}` } })
})

process.on('message', (message) => {
  switch (message) {
    case 'go':
      isRunning = true
      goOn.resolve()
      return
    case 'halt':
      isRunning = false
      goOn = Promise.withResolvers()
      return
    case 'open':
      events = 0
      return watch.open()
    case 'close':
      process.send!({ window: watch.close(), events })
      return
  }
})
