/**
 * The web app: guards in front, then fixed files, signing in, streams, actions and pages. What is not for a browser is
 * passed on, so that the JSON routes mounted after it answer under the same addresses and behind the same guards.
 */
import { Hono } from 'hono'
import { boundLaunch } from '../committee/launch-form.ts'
import type { Config } from '../config.ts'
import type { Clock } from '../core/clock.ts'
import { InputError, quote } from '../core/errors.ts'
import { isRunId } from '../core/ids.ts'
import type { SeriesDesk } from '../lab/series-facts.ts'
import type { OpenStreams } from '../core/open-streams.ts'
import type { LabDesk } from '../lab/lab-desk.ts'
import type { PayloadMeter } from '../core/payload-meter.ts'
import type { RunDesk } from '../runs/desk.ts'
import type { Assets } from './assets.ts'
import { createDocuments } from './documents.ts'
import { createOnError, createOnNotFound } from './errors.ts'
import type { Log } from './log.ts'
import { createBodyLimit } from './middleware/body-limit.ts'
import { createCompression } from './middleware/compression.ts'
import { createCrossSiteGuard } from './middleware/cross-site-guard.ts'
import { createHostAllowlist } from './middleware/host-allowlist.ts'
import { createSecurityHeaders } from './middleware/security-headers.ts'
import { createSessions } from './middleware/session.ts'
import { createStreamCap } from './middleware/stream-cap.ts'
import { createUrlLimit } from './middleware/url-limit.ts'
import { negotiate } from './negotiate.ts'
import { createPageFinder } from './page-finder.ts'
import type {
  JobPageResolver,
  LabPageResolver,
  LaunchEstimator,
  LaunchPageResolver,
  PageResolver,
  Region,
  RunPageResolver,
} from './page.ts'
import { isSharedAddress } from './pages/page-addresses.ts'
import { createRegionChanges } from './regions/region-changes.ts'
import { createRegionHtml } from './regions/region-html.ts'
import type { Renderer } from './render.ts'
import { createActionRoutes } from './routes-actions.ts'
import { createImportRoutes } from './routes-import.ts'
import { createLabRoutes } from './routes-lab.ts'
import { createLoginRoutes } from './routes-login.ts'
import { createRetentionActions } from './routes-retention.ts'
import { createSeriesFormRoutes } from './routes-series.ts'
import type { Sockets } from './sockets/sockets.ts'
import type { ChannelDeps } from './streams/page-channel.ts'
import { answerFragment, createSsePages } from './streams/sse-pages.ts'
import type { WebEnv } from './web-env.ts'

export interface WebDeps {
  config: Pick<
    Config,
    'host' | 'allowedHosts' | 'allowedOrigins' | 'authPassword' | 'maxTickersPerRequest' | 'enableMultiRun'
  >
  desk: RunDesk
  resolvePage: PageResolver
  resolveLaunchPage: LaunchPageResolver
  estimateLaunch: LaunchEstimator
  resolveRunPage: RunPageResolver
  resolveJobPage: JobPageResolver
  lab: LabDesk
  /** The region shown on every page. */
  tray: Region
  series: Pick<SeriesDesk, 'importCsv' | 'remove'>
  resolveLabPage: LabPageResolver
  renderer: Renderer
  assets: Assets
  clock: Clock
  log: Log
  /** Signs the session cookies; the same after a restart, or everybody is signed out. */
  secret: Buffer
  /** Ends every stream. */
  shutdown: AbortSignal
  /** Where sockets are answered; none where left out. */
  sockets?: Pick<Sockets, 'routes'>
  /** Counts what is open. */
  openStreams?: OpenStreams
  /** Counts what streams of pages send. */
  payload?: PayloadMeter
}

export function createWeb(deps: WebDeps): Hono<WebEnv> {
  const { config, desk, clock, log } = deps
  const { feed } = desk
  const changes = createRegionChanges(feed)
  const regionHtml = createRegionHtml({ renderer: deps.renderer, feed, changes, clock, log })
  const { shutdown } = deps
  const watchRun = (runId: string) => desk.watch(runId)
  const { payload } = deps
  const streaming: ChannelDeps = { feed, changes, regionHtml, log, clock, shutdown, watchRun, payload }
  const sessions = createSessions({
    password: config.authPassword,
    secret: deps.secret,
    clock,
    allowedOrigins: config.allowedOrigins,
  })
  const documents = createDocuments({
    ...streaming,
    renderer: deps.renderer,
    tray: deps.tray,
    authEnabled: sessions.enabled,
  })
  const finder = createPageFinder(deps.resolvePage, deps.tray)

  const app = new Hono<WebEnv>()
  app.use(createSecurityHeaders())
  app.use(createCompression())
  app.use(createUrlLimit())
  app.use(createHostAllowlist(config))
  app.use(createCrossSiteGuard(config))
  app.use(sessions.guard)
  app.use(createBodyLimit())
  app.use(createStreamCap({ openStreams: deps.openStreams }))

  app.route('/', deps.assets.routes)
  app.route('/', createLoginRoutes(sessions, documents))
  app.route('/', createSsePages(streaming, finder))
  if (deps.sockets) app.route('/', deps.sockets.routes)
  app.route(
    '/',
    createActionRoutes({
      desk,
      launchBounds: boundLaunch(config),
      resolveLaunchPage: deps.resolveLaunchPage,
      estimateLaunch: deps.estimateLaunch,
      resolveRunPage: deps.resolveRunPage,
      resolvePage: deps.resolvePage,
      renderer: deps.renderer,
      log,
      documents,
    }),
  )

  app.route('/', createRetentionActions(desk))

  app.route('/', createImportRoutes(desk))

  app.route(
    '/',
    createSeriesFormRoutes({ series: deps.series, resolveLabPage: deps.resolveLabPage, documents }),
  )

  const { lab, resolveJobPage } = deps
  app.route('/', createLabRoutes({ desk, lab, resolveJobPage, documents }))

  app.get('/', async (c, next) => {
    const runId = c.req.query('runId')
    if (runId === undefined) return next()
    if (!isRunId(runId)) throw new InputError('runId', `runId ${quote(runId)} is not a run id`)
    return c.redirect(`/runs/${encodeURIComponent(runId)}`, 303)
  })

  app.get('*', async (c, next) => {
    const answer = negotiate(c)
    const url = new URL(c.req.url)
    if (isSharedAddress(url.pathname)) c.header('Vary', 'Accept, HX-Request')
    if (answer === 'json' && isSharedAddress(url.pathname)) return next()
    const page = await deps.resolvePage(url)
    if (!page) return next()
    c.header('Vary', 'Accept, HX-Request')
    if (answer === 'fragment') return answerFragment(streaming, c, [...page.regions, deps.tray], null)
    return c.html(await documents.renderDocument(page, url.pathname + url.search))
  })

  app.notFound(createOnNotFound(app.router))
  app.onError(
    createOnError({
      log,
      renderFailure: async (c, failure) => {
        // Whoever was refused at the door is shown nothing of the house.
        const atTheDoor = failure.status === 401 || failure.status === 403 || !sessions.isSignedIn(c)
        const url = new URL(c.req.url)
        return atTheDoor
          ? documents.renderPlainFailure(failure)
          : documents.renderFailure(failure, url.pathname + url.search)
      },
    }),
  )
  return app
}
