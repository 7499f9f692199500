/** The real pages, templates and files behind the real server, over a scripted desk; answers parsed for looking at. */
import { load, type CheerioAPI } from 'cheerio'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'
import { createApi } from '../../src/api/server.ts'
import { boundLaunch } from '../../src/committee/launch-form.ts'
import { loadConfig } from '../../src/config.ts'
import { createOpenStreams } from '../../src/core/open-streams.ts'
import { createPayloadMeter } from '../../src/core/payload-meter.ts'
import { FEATURES } from '../../src/lab/train/features.ts'
import type { SeriesDesk } from '../../src/lab/series-facts.ts'
import type { RunDesk } from '../../src/runs/desk.ts'
import type { Listing } from '../../src/market/vendor.ts'
import { createAssets } from '../../src/web/assets.ts'
import { createCharts } from '../../src/web/charts/charts.ts'
import { createListener } from '../../src/web/listener.ts'
import { createPages, type PageDeps, type Pages } from '../../src/web/pages/create-pages.ts'
import { createRenderer, type Renderer } from '../../src/web/render.ts'
import { createWeb } from '../../src/web/server.ts'
import { createCallLimits, type TestConcurrency } from './call-limits.ts'
import { createScriptedLab, NO_SERIES } from './scripted-lab.ts'
import { createEstimator } from './estimator.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createPageDesk, type PageDesk } from './page-desk.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const LISTINGS: Listing[] = [
  { ticker: 'AAPL', first: '2000-03-01', last: '2013-03-01', problem: null },
  { ticker: 'GOOG', first: '2004-08-19', last: '2013-02-28', problem: null },
]

/** One for the file: a thread that has loaded what draws is worth keeping. */
const charts = createCharts()
afterAll(() => charts.close())

const measureNothing: PageDeps['storage'] = async () => ({
  at: '2026-11-20T10:00:00.000Z',
  ...{ results_bytes: 0, data_bytes: 0, free_bytes: 1e9, disk_bytes: 4e9 },
})

export const NO_MODELS: PageDeps['models'] = { deep: null, quick: null, budgetUsd: null, budgetTokens: null }

export interface PageSiteOptions extends Partial<
  Pick<
    PageDeps,
    'models' | 'sources' | 'hosts' | 'estimate' | 'lab' | 'notices' | 'vendorHealth' | 'storage' | 'payload'
  >
> {
  series?: Partial<SeriesDesk>
  listings?: Listing[]
  environment?: Record<string, string>
  /** Shown in place of the scripted desk. */
  desk?: RunDesk
  /** When it is taken down; after the test unless a whole file shares it. */
  atEnd?: (takeDown: () => void) => void
}

export interface PageSite {
  desk: PageDesk
  concurrency: TestConcurrency
  /** Of pages and streams: what is gathered before it is sent goes out when this moves on. */
  clock: ManualClock
  renderer: Renderer
  pages: Pages
  /** What went to the process log as an error. */
  faults: unknown[]
  request(path: string, init?: RequestInit): Promise<Response>
  /** A page as a browser gets it. */
  get(path: string): Promise<{ status: number; html: string; $: CheerioAPI }>
  /** The same to a real browser; the address. */
  serve(): Promise<string>
  /** The pages whose streams browsers hold open now: `/runs`, `tray`. */
  readonly streams: readonly string[]
}

export function createPageSite(options: PageSiteOptions = {}): PageSite {
  const scripted = createPageDesk()
  const desk = options.desk ?? scripted
  const clock = createManualClock()
  const shutdown = new AbortController()
  const { atEnd = onTestFinished } = options
  atEnd(() => shutdown.abort())
  const faults: unknown[] = []
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object) => void faults.push((fields as { err?: unknown }).err ?? fields),
  }
  const { environment = {} } = options
  const { config, sources } = loadConfig({ environment, envFile: join(ROOT, 'no-such.env') })
  const version = '1.2.3'
  const { LLM_PROVIDER_LIMITS: isSet } = environment
  const concurrency = createCallLimits(isSet ? { llm_provider_limits: config.llmProviderLimits } : {})
  const estimate = options.estimate ?? createEstimator()
  const lab = options.lab ?? createScriptedLab()
  const series = { ...NO_SERIES, ...options.series }
  const payload = createPayloadMeter()
  const api = createApi({
    desk,
    concurrency,
    estimate,
    lab,
    series,
    payload,
    launchBounds: boundLaunch(config),
    openStreams: createOpenStreams(),
    clock,
    log,
    version,
    shutdown: shutdown.signal,
  })
  const assets = createAssets(join(ROOT, 'public'))
  const market = { name: 'sample', listings: async () => options.listings ?? LISTINGS }
  const pages = createPages({
    ...{ desk, market, config, clock, charts, concurrency, estimate, lab, series },
    features: FEATURES,
    settingSources: sources,
    models: options.models ?? NO_MODELS,
    sources: options.sources ?? { fundamentals: false, news: false, sentiment: false },
    hosts: options.hosts ?? [],
    vendorHealth: options.vendorHealth ?? (() => ({ answered_at: null, failure: null })),
    notices: options.notices ?? null,
    payload: options.payload ?? payload,
    storage: options.storage ?? measureNothing,
    openapi: () => api.document,
  })
  const renderer = createRenderer({
    viewsDir: join(ROOT, 'views'),
    cache: true,
    assetUrl: assets.url,
    version,
  })
  const secret = Buffer.alloc(32, 7)
  const app = createWeb({
    config,
    desk,
    lab,
    series,
    ...pages,
    renderer,
    assets,
    clock,
    log,
    secret,
    shutdown: shutdown.signal,
  })
  app.route('/', api.routes)

  const streams: string[] = []
  const countStream = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://desk')
    if (pathname !== '/stream') return
    const page = searchParams.get('page')!
    streams.push(page)
    response.once('close', () => streams.splice(streams.indexOf(page), 1))
  }
  const request: PageSite['request'] = async (path, init) =>
    app.request(new Request(`http://127.0.0.1:8000${path}`, init))
  return {
    desk: scripted,
    concurrency,
    clock,
    renderer,
    pages,
    faults,
    streams,
    request,
    async get(path) {
      const response = await request(path, { headers: { Accept: 'text/html' } })
      const html = await response.text()
      return { status: response.status, html, $: load(html) }
    },
    async serve() {
      const server = createServer(createListener(app)).on('request', countStream)
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      atEnd(() => {
        shutdown.abort()
        server.closeAllConnections()
        server.close()
      })
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
  }
}
