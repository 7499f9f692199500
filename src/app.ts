/**
 * The composition root: the only place where the rooms are put together. A desk is one process that owns a data
 * directory, answers on its owner's socket and, when told to, on the network.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import pino from 'pino'
import { createApi } from './api/server.ts'
import { ANALYSTS, type AssessmentInput } from './committee/assessment-input.ts'
import { estimateAssessment, type AssessmentEstimate } from './committee/estimate.ts'
import { boundLaunch } from './committee/launch-form.ts'
import { settleModels } from './committee/model-choice.ts'
import { createAssessmentWorkflow } from './committee/assessment.ts'
import { warmUpCommittee } from './committee/warm-up.ts'
import type { Config, SettingSources } from './config.ts'
import { systemClock } from './core/clock.ts'
import { messageOf } from './core/errors.ts'
import { createOpenStreams } from './core/open-streams.ts'
import { createPayloadMeter } from './core/payload-meter.ts'
import { findPackageRoot, readPackageVersion } from './core/package-root.ts'
import { createBacktestWorkflow } from './lab/backtest.ts'
import { createCatalog } from './lab/create-catalog.ts'
import { createImports } from './lab/imports.ts'
import { createLabDesk } from './lab/create-lab-desk.ts'
import { MODEL_STEP, RESULT_STEP } from './lab/lab-state.ts'
import { createOptimizeWorkflow } from './lab/optimize.ts'
import type { ImportedFacts } from './lab/series-facts.ts'
import { createDispatcher } from './lab/threads/create-dispatcher.ts'
import { createTrainWorkflow } from './lab/train.ts'
import { FEATURES } from './lab/train/features.ts'
import { withModels } from './lab/train/with-models.ts'
import { createWalkForwardWorkflow } from './lab/walk-forward.ts'
import { buildNotice } from './notify/notice.ts'
import { createNotifier, type Notifier } from './notify/notifier.ts'
import type { OutboxRecord } from './notify/outbox.ts'
import {
  configuredModels,
  describeSources,
  openOutside,
  openWebhook,
  readCallLimits,
  type Outside,
} from './outside.ts'
import { createPastBacktests } from './past-backtests.ts'
import { createPastDecisions } from './past-decisions.ts'
import type { Results, RunIndex } from './runs/ports.ts'
import { createRunManager } from './runs/run-manager.ts'
import { createNoticeJournal } from './storage/notice-journal.ts'
import { createSeriesStore } from './storage/series-store.ts'
import { createStoreMeasure } from './storage/measure-store.ts'
import { openStorage } from './storage/open-storage.ts'
import type { StoredResults } from './storage/results.ts'
import { claimOwnership } from './storage/owner-socket.ts'
import { loadSecret } from './storage/secret.ts'
import { createAssets } from './web/assets.ts'
import { createCharts } from './web/charts/charts.ts'
import { createListener } from './web/listener.ts'
import { createPages } from './web/pages/create-pages.ts'
import { createRenderer } from './web/render.ts'
import { createWeb } from './web/server.ts'
import { createSockets } from './web/sockets/sockets.ts'
import { asksForSocket } from './web/sockets/upgrade.ts'
import { warmUp } from './web/warm-up.ts'

/** How many of the newest finished assessments an estimate may rest on. */
const PAST_RUNS = 500

/** Trained models that are offered as strategies. */
const MODELS_OFFERED = 20

/** What steps in flight are given to end when the desk is told to stop. */
const SHUTDOWN_GRACE_MS = 2_500

/** What an index that has to be rebuilt may keep a server waiting; after that, lists fill in as it goes on. */
const REINDEX_FIRST_MS = 500

export interface DeskOptions {
  config: Config
  sources: SettingSources
  /** Takes up the runs that another process left behind: what `serve` does and a single command does not. */
  recover: boolean
  /** From which level on the process log is written. */
  logLevel: 'info' | 'warn' | 'silent'
  /** Where it goes, one JSON object a line; stderr where left out. */
  logTo?: pino.DestinationStream
}

export interface Desk {
  readonly socketPath: string
  /** Opens the desk to the network; the address as a browser needs it. */
  listen(): Promise<string>
  /** Resolves when what was left behind has been taken up. */
  readonly started: Promise<void>
  reindex(): Promise<{ runs: number }>
  /** Takes over the limits of model calls from settings read again. */
  setLimits(config: Config): void
  /** Stops within a few seconds. `left` says how many runs were queued or at work: they go on at the next start. */
  close(): Promise<{ left: number }>
}

export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { config } = options
  const log = pino(
    { level: options.logLevel, base: null, redact: REDACTED },
    options.logTo ?? pino.destination(2),
  )
  const owner = await claimOwnership(config.dataDir)
  try {
    return await assemble(options, log, owner)
  } catch (error) {
    await owner.close()
    throw error
  }
}

const REDACTED = [
  '*.password',
  '*.authPassword',
  '*.cookie',
  '*.authorization',
  'headers.cookie',
  'headers.authorization',
]

async function assemble(
  { config, sources, recover }: DeskOptions,
  log: pino.Logger,
  owner: Awaited<ReturnType<typeof claimOwnership>>,
): Promise<Desk> {
  const clock = systemClock
  const shutdown = new AbortController()
  const version = readPackageVersion()
  const root = findPackageRoot()
  const storage = await openStorage({
    dataDir: config.dataDir,
    resultsDir: config.resultsDir,
    clock,
    log: { warn: (message: string) => log.warn(message) },
  })
  const outside = openOutside(config, { clock, version, warn: (message) => log.warn(message) })
  const { market, concurrency } = outside
  const past = createPastDecisions(storage)
  const receiver = openWebhook(config, { clock, version })
  const journal = createNoticeJournal<OutboxRecord>({
    dataDir: config.dataDir,
    log: { warn: (message: string) => log.warn(message) },
  })
  const notifier = receiver && createNotifier({ journal, webhook: receiver.webhook, clock, log })
  // The threads of the lab start with its first work, not with the desk.
  const dispatcher = createDispatcher()
  const catalog = withModels(createCatalog({ folder: config.strategiesDir }), {
    load: (runId) => manager.stepResult(runId, MODEL_STEP),
    recent: () => Promise.resolve(listTrainings(storage.index)),
  })
  const keeper = createSeriesStore<ImportedFacts>({ dataDir: config.dataDir })
  const series = createImports({ keeper, dispatcher, clock })
  const means = { sources: { market, imported: series }, catalog, dispatcher }
  const manager = createRunManager({
    ...storage,
    results: notifier ? tellEnds(storage.results, notifier) : storage.results,
    workflows: [
      createAssessmentWorkflow({
        market,
        sources: outside.sources,
        models: outside.models,
        config: { timeoutMinutes: config.runTimeoutMinutes },
        priorDecisions: past.prior,
        settledVerdicts: past.settled,
        pastBacktest: createPastBacktests({
          index: storage.index,
          readResult: (runId) => manager.stepResult(runId, RESULT_STEP),
          vendor: market.name,
        }),
      }),
      createBacktestWorkflow(means),
      createOptimizeWorkflow(means),
      createWalkForwardWorkflow(means),
      createTrainWorkflow(means),
    ],
    clock,
    log,
    limits: {
      maxRunning: config.enableMultiRun ? config.maxParallelRuns : 1,
      // Not where one run at a time was asked for.
      shortPlaces: config.enableMultiRun ? 1 : 0,
      maxWaiting: config.maxQueuedRuns,
      logLines: config.logBufferMaxLines,
      stepDelayMs: config.demoStepDelayMs,
      pruneIntervalMs: config.pruneIntervalSeconds * 1_000,
      keepStateMs: config.maxAgeHours * 3_600_000,
      resultsMaxPerTicker: config.resultsMaxPerTicker,
      resultsMaxAgeDays: config.resultsMaxAgeDays,
    },
  })

  const lab = createLabDesk({ runs: manager, catalog, dispatcher, clock, shutdown: shutdown.signal })
  const estimate = createEstimator({ index: storage.index, sources: outside.sources, models: outside.models })
  const payload = createPayloadMeter()
  const openStreams = createOpenStreams()
  const api = createApi({
    desk: manager,
    lab,
    series,
    concurrency,
    estimate,
    launchBounds: boundLaunch(config),
    openStreams,
    payload,
    clock,
    log,
    version,
    shutdown: shutdown.signal,
  })
  const assets = createAssets(join(root, 'public'))
  const charts = createCharts()
  const viewsDir = join(root, 'views')
  const renderer = createRenderer({ viewsDir, cache: true, assetUrl: assets.url, version })
  const pages = createPages({
    desk: manager,
    lab,
    series,
    features: FEATURES.map(({ name, about }) => ({ name, about })),
    market,
    config,
    settingSources: sources,
    models: outside.models,
    sources: describeSources(outside.sources),
    hosts: outside.hosts,
    vendorHealth: outside.vendorHealth,
    concurrency,
    estimate,
    clock,
    charts,
    storage: createStoreMeasure({ dataDir: config.dataDir, resultsDir: config.resultsDir, clock }),
    notices: notifier && (() => notifier.list()),
    payload,
    openapi: () => api.document,
  })
  const sockets = createSockets({
    desk: manager,
    config,
    clock,
    log,
    meter: payload,
    shutdown: shutdown.signal,
  })
  const app = createWeb({
    config,
    desk: manager,
    lab,
    series,
    ...pages,
    renderer,
    assets,
    clock,
    log,
    secret: await loadSecret(config.dataDir),
    sockets,
    openStreams,
    payload,
    shutdown: shutdown.signal,
  })
  app.route('/', api.routes)
  const answer = createListener(app, { trusted: true })
  let url: string | null = null
  owner.answerWith((incoming, outgoing) => {
    // Whoever asks should know whether the runs outlast this process's own command.
    outgoing.setHeader('Rundesk-Owner', recover ? 'server' : 'command')
    if (url !== null) outgoing.setHeader('Rundesk-Url', url)
    answer(incoming, outgoing)
  })

  let server: Server | null = null
  let reindexing: Promise<unknown> = Promise.resolve()
  return {
    socketPath: owner.socketPath,
    started: start(),
    async listen() {
      server = createServer({ shouldUpgradeCallback: asksForSocket }, createListener(app))
      sockets.attach(server, app)
      await listenOn(server, config)
      url = addressOf(server, config.host)
      return url
    },
    async reindex() {
      await reindexing
      const report = await storage.reindex({ fold: manager.reindex, isFull: true })
      return { runs: report.read + report.folded }
    },
    setLimits: (changed) => concurrency.setLimits(readCallLimits(changed)),
    async close() {
      shutdown.abort(new Error('the desk is shutting down'))
      server?.close()
      await manager.stop(SHUTDOWN_GRACE_MS)
      await dispatcher.close()
      await reindexing
      const { pending, in_progress: working } = storage.index.counts()
      await charts.close()
      await notifier?.close()
      await receiver?.close()
      await outside.close()
      await storage.close()
      sockets.end()
      server?.closeAllConnections()
      await owner.close()
      return { left: pending + working }
    },
  }

  async function start(): Promise<void> {
    if (storage.index.suspect.length > 0) await beginReindex()
    const { resumed } = await manager.start({ recover })
    await notifier?.start()
    if (resumed > 0) log.info(`${resumed} ${resumed === 1 ? 'run' : 'runs'} resumed`)
    // Whoever opens the first page, or asks a model first, should not pay for it.
    if (recover) void outside.models.gateway.warmUp(configuredModels(outside.models))
    if (recover)
      warmUpAll().catch((error: unknown) => log.warn({ err: error }, 'the pages were not prepared'))
  }

  async function warmUpAll(): Promise<void> {
    await warmUp(renderer, viewsDir, shutdown.signal)
    await warmUpCommittee(shutdown.signal)
  }

  /** Resolves when the index is whole again, or has taken so long that the runs should not wait for it. */
  async function beginReindex(): Promise<void> {
    const done = new AbortController()
    const { signal } = shutdown
    reindexing = storage
      .reindex({ fold: manager.reindex, isFull: false, signal })
      .then(
        ({ read, folded }) => signal.aborted || log.info(`the index shows ${read + folded} more runs again`),
      )
      .catch((error: unknown) =>
        log.error({ err: error }, 'the index could not be rebuilt; the next start tries again'),
      )
      .finally(() => done.abort(new Error('the index is rebuilt')))
    // A single command is asked once: it answers when it can answer whole.
    if (recover) await clock.sleep(REINDEX_FIRST_MS, done.signal).catch(() => undefined)
    else await reindexing
  }
}

/**
 * A notice is journaled before the results of its run are whole and sent after it, so that neither is without the other
 * after a crash. A run whose results are whole already was told when they became so, or ended while nobody was.
 */
function tellEnds(results: StoredResults, notifier: Notifier): Results {
  return {
    ...results,
    async finish(state, summary) {
      const notice = (await results.manifest(state.run_id)) ? null : buildNotice(state, summary)
      const send = notice && (await notifier.enqueue(notice))
      await results.finish(state, summary)
      send?.()
    },
  }
}

/** The newest runs that have trained a model. */
function listTrainings(index: RunIndex): string[] {
  const { runs } = index.query({ kind: ['train'], status: ['completed'], limit: MODELS_OFFERED })
  return runs.map(({ run_id: runId }) => runId)
}

/** What launches would take, from the runs of the index that were of the same shape. */
function createEstimator({
  index,
  sources,
  models,
}: { index: RunIndex } & Pick<Outside, 'sources' | 'models'>) {
  const canRead = { market: true, ...describeSources(sources) }
  const able = ANALYSTS.filter((analyst) => canRead[analyst])
  return async (inputs: readonly AssessmentInput[]): Promise<AssessmentEstimate[]> => {
    const { runs } = index.query({ kind: ['assessment'], status: ['completed'], limit: PAST_RUNS })
    const past = runs.flatMap(({ shape, execution_ms, usage }) =>
      shape === null ? [] : [{ shape, execution_ms, usage }],
    )
    return inputs.map((input) =>
      estimateAssessment(settleModels(input, models).input, models.facts, past, able),
    )
  }
}

function listenOn(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(
        taken
          ? new Error(
              `PORT ${port} on ${host} is in use; choose another, as in PORT=${(port % 65_535) + 1} npm start, or with --port`,
            )
          : new Error(messageOf(error)),
      )
    })
    server.listen(port, host.replace(/^\[|\]$/g, ''), resolve)
  })
}

function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${port}`
}
