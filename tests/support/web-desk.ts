/** The web app and the JSON routes over a scripted desk, with a few templates of the tests' own. */
import { mkdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import type { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { createApi } from '../../src/api/server.ts'
import { boundLaunch } from '../../src/committee/launch-form.ts'
import { createOpenStreams } from '../../src/core/open-streams.ts'
import { createPayloadMeter, type PayloadMeter } from '../../src/core/payload-meter.ts'
import { createAssets } from '../../src/web/assets.ts'
import { createListener } from '../../src/web/listener.ts'
import type { PlanNode } from '../../src/runs/workflow.ts'
import type { Page, Region } from '../../src/web/page.ts'
import { createRenderer, type Renderer } from '../../src/web/render.ts'
import { createWeb, type WebDeps } from '../../src/web/server.ts'
import { createSockets, type Sockets, type SocketsDeps } from '../../src/web/sockets/sockets.ts'
import { asksForSocket } from '../../src/web/sockets/upgrade.ts'
import { ESTIMATE_HINT } from '../../src/web/view-models/estimate-view.ts'
import type { WebEnv } from '../../src/web/web-env.ts'
import { createScriptedLab, NO_SERIES } from './scripted-lab.ts'
import { createEstimator } from './estimator.ts'
import { createCallLimits, type TestConcurrency } from './call-limits.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createScriptedDesk, type ScriptedDesk } from './scripted-desk.ts'
import { createTempDir } from './temp-dir.ts'

const VIEWS: Record<string, string> = {
  'layouts/desk.eta': `<!doctype html><title><%= it.title %></title><link href="<%= it.asset('css/desk.css') %>">
<script src="<%= it.asset('vendor/htmx.min.js') %>" defer></script>
<div id="live" hx-sse:connect="<%= it.streamUrl %>" hx-swap="none" data-cursor="<%= it.cursor %>"></div><%~ it.region('tray') %><main><%~ it.body %></main>`,
  'layouts/plain.eta':
    '<!doctype html><title><%= it.title %></title><main class="plain"><%~ it.body %></main>',
  'pages/login.eta': '<form action="/login"><%= it.error %><input name="next" value="<%= it.next %>"></form>',
  'pages/error.eta': '<h1><%= it.title %></h1><p role="alert"><%= it.message %></p>',
  'pages/run.eta': `<h1><%= it.heading %></h1><%~ it.region('status') %><%~ it.region('log', { class: 'panel' }) %>`,
  'pages/list.eta': `<%~ it.region('list') %>`,
  'pages/launch.eta': `<form><p><%= it.message %></p><input value="<%= it.typed %>"></form>`,
  'partials/status.eta': '<b><%= it.status %></b> <%= it.note %><input>',
  'partials/log.eta': '<ol id="lines"><%~ it.lines %></ol>',
  'partials/list.eta': '<%= it.count %> runs',
  'partials/tray.eta': 'tray of <%= it.count %>',
}

export interface WebDesk {
  app: Hono<WebEnv>
  desk: ScriptedDesk
  concurrency: TestConcurrency
  payload: PayloadMeter
  sockets: Sockets
  clock: ManualClock
  renderer: Renderer
  shutdown: AbortController
  logged: { fields: object; message: string }[]
  /** How often the view model of a region was made, by region key. */
  readonly rendered: Map<string, number>
  /** The next view models of the region with this key fail. */
  readonly broken: Set<string>
  request(path: string, init?: RequestInit): Promise<Response>
  listen(options?: { trusted?: boolean }): Promise<string>
}

export interface WebDeskOptions {
  config?: Partial<WebDeps['config']>
  logLines?: number
  sockets?: Partial<Pick<SocketsDeps, 'config' | 'maxQueuedBytes'>>
  plan?: PlanNode[]
  phases?: Record<string, string>
}

export async function createWebDesk(options: WebDeskOptions = {}): Promise<WebDesk> {
  const dir = await createTempDir('web')
  await writeFiles(join(dir, 'views'), VIEWS)
  await writeFiles(join(dir, 'public'), {
    'css/desk.css': 'body { margin: 0 }',
    'js/desk.js': 'export {}',
    'notes.txt': 'no',
  })
  const desk = createScriptedDesk({ logLines: options.logLines, plan: options.plan, phases: options.phases })
  const clock = createManualClock()
  const shutdown = new AbortController()
  const logged: WebDesk['logged'] = []
  const rendered = new Map<string, number>()
  const broken = new Set<string>()
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object, message: string) => void logged.push({ fields, message }),
  }
  const assets = createAssets(join(dir, 'public'))
  const renderer = createRenderer({
    viewsDir: join(dir, 'views'),
    cache: true,
    assetUrl: assets.url,
    version: '0.0.0',
  })

  const counted = (region: Region): Region => ({
    ...region,
    data: async () => {
      rendered.set(region.key, (rendered.get(region.key) ?? 0) + 1)
      if (broken.has(region.key)) throw new Error('secret detail of /home/someone')
      return region.data()
    },
  })
  const runRegions = (runId: string): Region[] => [
    {
      id: 'status',
      key: `status:${runId}`,
      template: 'status',
      watch: [{ run: runId, aspects: ['status'] }],
      data: async () => {
        const state = await desk.state(runId)
        return { status: state.status, note: state.progress.message }
      },
    },
    {
      id: 'log',
      key: `log:${runId}`,
      template: 'log',
      watch: [{ run: runId, aspects: ['log'] }],
      data: async () => ({
        lines: (await desk.state(runId)).log.entries.map(({ message }) => `<li>${message}</li>`).join(''),
      }),
      appendTo: 'lines',
      lastSeq: async () => (await desk.state(runId)).log.last_seq,
      appended: async (after) => {
        const { entries, last_seq } = (await desk.state(runId)).log
        const added = entries.filter((entry) => entry.seq > after)
        if (added.length !== last_seq - after) return null
        return { html: added.map(({ message }) => `<li>${message}</li>`).join(''), last: last_seq }
      },
    },
  ]
  const listRegion = (id: string): Region => ({
    id,
    key: id,
    template: id,
    watch: ['list'],
    data: () => ({ count: desk.list({}).total }),
  })
  const tray = counted(listRegion('tray'))
  const pageOf = (facts: Pick<Page, 'title' | 'template' | 'data' | 'regions'>): Page => ({
    nav: 'runs',
    live: true,
    hasForm: false,
    ...facts,
    regions: facts.regions.map(counted),
  })

  const resolvePage = async (url: URL): Promise<Page | null> => {
    if (url.pathname === '/runs')
      return pageOf({ title: 'Runs', template: 'list', data: {}, regions: [listRegion('list')] })
    const match = /^\/runs\/([^/]+)$/.exec(url.pathname)
    if (!match) return null
    const runId = decodeURIComponent(match[1]!)
    desk.summary(runId)
    return pageOf({ title: runId, template: 'run', data: { heading: runId }, regions: runRegions(runId) })
  }

  const config = {
    host: '127.0.0.1',
    allowedHosts: [],
    allowedOrigins: [],
    authPassword: '',
    maxTickersPerRequest: 10,
    enableMultiRun: true,
  }
  const payload = createPayloadMeter()
  const openStreams = createOpenStreams()
  const sockets = createSockets({
    desk,
    config: { enableMultiRun: true, enableLogStream: true },
    clock,
    log,
    meter: payload,
    shutdown: shutdown.signal,
    ...options.sockets,
  })
  const app = createWeb({
    config: { ...config, ...options.config },
    desk,
    resolvePage,
    resolveLaunchPage: async (typed, { refusal }) =>
      pageOf({
        title: 'Assess',
        template: 'launch',
        data: { message: `${refusal?.field}: ${refusal?.message}`, typed: typed.company_symbols?.join() },
        regions: [],
      }),
    estimateLaunch: async () => ESTIMATE_HINT,
    resolveRunPage: async (runId) => (await resolvePage(new URL(`http://desk/runs/${runId}`)))!,
    resolveLabPage: async ({ field, message }) =>
      pageOf({ title: 'Lab', template: 'launch', data: { message: `${field}: ${message}` }, regions: [] }),
    resolveJobPage: async (_typed, { field, message }) =>
      pageOf({ title: 'Job', template: 'launch', data: { message: `${field}: ${message}` }, regions: [] }),
    lab: createScriptedLab(),
    series: NO_SERIES,
    tray,
    renderer,
    assets,
    clock,
    log,
    secret: Buffer.alloc(32, 7),
    shutdown: shutdown.signal,
    sockets,
    openStreams,
    payload,
  })
  const concurrency = createCallLimits()
  const api = createApi({
    desk,
    concurrency,
    estimate: createEstimator(),
    lab: createScriptedLab(),
    series: NO_SERIES,
    openStreams,
    payload,
    launchBounds: boundLaunch({ ...config, ...options.config }),
    clock,
    log,
    version: '0.0.0',
    shutdown: shutdown.signal,
  })
  app.route('/', api.routes)

  return {
    app,
    desk,
    concurrency,
    payload,
    sockets,
    clock,
    renderer,
    shutdown,
    logged,
    rendered,
    broken,
    request: async (path, init) => app.request(new Request(`http://127.0.0.1:8000${path}`, init)),
    async listen(listenOptions = {}) {
      const server = http.createServer(
        { shouldUpgradeCallback: asksForSocket },
        createListener(app, listenOptions),
      )
      sockets.attach(server, app)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => {
        shutdown.abort()
        sockets.end()
        server.closeAllConnections()
        return new Promise<void>((resolve) => server.close(() => resolve()))
      })
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
  }
}

async function writeFiles(dir: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true })
    await writeFile(join(dir, name), text)
  }
}
