/**
 * The server under test where many runs are watched over sockets at once: storage, run manager, routes and sockets put
 * together as the desk puts them. Its runs work steadily, each out of step with the others, and end when their time is
 * over. A process of its own; `socket-watching.ts` starts it and tells it what to do.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createApi } from '../../src/api/server.ts'
import { boundLaunch } from '../../src/committee/launch-form.ts'
import { loadConfig } from '../../src/config.ts'
import { systemClock } from '../../src/core/clock.ts'
import { findPackageRoot } from '../../src/core/package-root.ts'
import { createOpenStreams } from '../../src/core/open-streams.ts'
import { createPayloadMeter } from '../../src/core/payload-meter.ts'
import { createRunManager } from '../../src/runs/run-manager.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { createAssets } from '../../src/web/assets.ts'
import { createListener } from '../../src/web/listener.ts'
import { createRenderer } from '../../src/web/render.ts'
import { createWeb } from '../../src/web/server.ts'
import { createSockets } from '../../src/web/sockets/sockets.ts'
import { createCallLimits } from '../support/call-limits.ts'
import { createScriptedLab, NO_SERIES } from '../support/scripted-lab.ts'
import { createEstimator } from '../support/estimator.ts'
import { BENCH_LIMITS, SILENT_LOG } from './context.ts'
import { createPacedWorkflow, type Beats } from './paced-workflow.ts'
import { monotonicMs } from './stream-window.ts'

/** One step of a run: two log lines, a tool, and a paragraph in two pieces. */
const STEP_MS = 2_000
const PARAGRAPH =
  'The slope of the last 50 closes is up 4.2 % a year with a standard error of 0.3 % [E1]; volume agrees. '.repeat(
    4,
  )

const [dataDir, resultsDir, runCount] = process.argv.slice(2) as [string, string, string]
const RUNS = Number(runCount)
const clock = systemClock
let begun = 0
const begin = Promise.withResolvers<void>()
let endsMs = Infinity

/** When what a watcher will be told of was published, on the clock of the machine: by run, then by what it is. */
const published = new Map<string, [what: string, atMs: number][]>()

async function beat({ ctx, step }: Beats): Promise<void> {
  const phaseMs = (begun++ * STEP_MS) / RUNS
  await begin.promise
  await clock.sleep(phaseMs, ctx.signal)
  while (clock.now() < endsMs) {
    const startedMs = clock.now()
    await step(async (inner) => {
      inner.log('INFO', 'trend_slope {"bars":50}: asked')
      inner.append(PARAGRAPH, 'market_report')
      await inner.tool('trend_slope', { bars: 50 }, async () => clock.sleep(STEP_MS / 4, inner.signal))
      inner.log('INFO', 'trend_slope {"bars":50}: up 4.2 % a year with a standard error of 0.3 %')
      inner.append(PARAGRAPH, 'market_report')
    })
    await clock.sleep(Math.max(0, startedMs + STEP_MS - clock.now()), ctx.signal)
  }
}

const { config } = loadConfig({ environment: {}, envFile: join(dataDir, 'no.env') })
const storage = await openStorage({ dataDir, resultsDir, clock, log: SILENT_LOG })
const manager = createRunManager({
  ...storage,
  workflows: [createPacedWorkflow(beat)],
  clock,
  limits: { ...BENCH_LIMITS, maxRunning: RUNS, maxWaiting: RUNS },
  log: SILENT_LOG,
})
const shutdown = new AbortController()
const payload = createPayloadMeter()
const openStreams = createOpenStreams()
const shared = { desk: manager, clock, log: SILENT_LOG, shutdown: shutdown.signal }
const sockets = createSockets({ ...shared, config, meter: payload })
const root = findPackageRoot()
const assets = createAssets(join(root, 'public'))
const app = createWeb({
  ...shared,
  config,
  resolvePage: async () => null,
  resolveLaunchPage: refusePage,
  estimateLaunch: refusePage,
  resolveRunPage: refusePage,
  resolveJobPage: refusePage,
  resolveLabPage: refusePage,
  lab: createScriptedLab(),
  series: NO_SERIES,
  tray: { id: 'tray', key: 'tray', template: 'tray/tray', watch: [], data: () => ({}) },
  renderer: createRenderer({
    viewsDir: join(root, 'views'),
    cache: true,
    assetUrl: assets.url,
    version: '0',
  }),
  assets,
  secret: Buffer.alloc(32, 7),
  sockets,
  payload,
})
app.route(
  '/',
  createApi({
    ...shared,
    concurrency: createCallLimits(),
    estimate: createEstimator(),
    lab: createScriptedLab(),
    series: NO_SERIES,
    openStreams,
    payload,
    launchBounds: boundLaunch(config),
    version: '0',
  }).routes,
)

async function refusePage(): Promise<never> {
  throw new Error('there are no pages here')
}

manager.feed.subscribe(({ event, state }) => {
  const what = whatOf(event as unknown as Record<string, unknown>, state)
  if (!what) return
  const list = published.get(state.run_id) ?? []
  published.set(state.run_id, list)
  list.push([what, monotonicMs()])
})

function whatOf(
  event: Record<string, unknown>,
  state: Parameters<typeof storage.results.follow>[0],
): string | null {
  switch (event.type) {
    case 'log_appended':
      return `log ${state.log.last_seq}`
    case 'content_appended':
      return `text ${state.content[event.node_id as string]!.text.length}`
    case 'node_updated':
      // What else is told of a node is no part of the tree that is sent.
      return event.status ? `node ${event.node_id as string} ${event.status as string}` : null
    default:
      return null
  }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function measureMemory(): { heapMb: number; rssMb: number; waitedMs: number } {
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapMb: heapUsed / 2 ** 20, rssMb: rss / 2 ** 20, waitedMs: readWaitedMs() }
}

/** How long the main thread was ready to run and had no processor; 0 where the system does not say. */
function readWaitedMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

await manager.start({ recover: false })
const runIds: string[] = []
for (let at = 0; at < RUNS; at += 50) {
  const count = Math.min(50, RUNS - at)
  const requests = Array.from({ length: count }, () => ({
    kind: 'assessment' as const,
    input: { ticker: 'AAPL' },
  }))
  runIds.push(...(await manager.launch(requests)).runs.map(({ run_id }) => run_id))
}
const server = createServer(createListener(app))
sockets.attach(server, app)
server.listen(0, '127.0.0.1', () => {
  process.send!({ listening: { port: (server.address() as AddressInfo).port, runIds } })
})

process.on('message', (message: { go?: number } | 'memory' | 'published') => {
  if (message === 'memory') process.send!({ memory: measureMemory() })
  else if (message === 'published') {
    process.send!({ published: Object.fromEntries(published), use: payload.total('socket') })
  } else if (typeof message === 'object' && message.go !== undefined) {
    endsMs = clock.now() + message.go
    begin.resolve()
  }
})
