/**
 * Templates to HTML. `render(name, data)` prints any template below `views/`; `renderPage` prints a whole page.
 *
 * What a template may rely on (`it` is passed on by `include`, so partials see all of it as well):
 *
 * - `it.asset('css/desk.css')`: the address of a file of `public/`, or of
 *   `vendor/htmx.min.js` (htmx with its `hx-sse` extension). `it.version`: the product's version.
 * - a page (`views/pages/<page.template>.eta`): the fields of `page.data`, and `it.region('id', { class: '…' })`, which
 *   prints the region's element with its partial inside; the second argument adds attributes. Print it with `<%~ %>`.
 * - a region's partial (`views/partials/<region.template>.eta`): the fields of `region.data()`. It is the inner HTML.
 * - the layout (`views/layouts/desk.eta`): `it.title`, `it.nav`, `it.body` (the page's HTML, print it raw), `it.region`
 *   (for `tray`), `it.cursor`, `it.streamUrl`, `it.fragmentUrl`, `it.pollSeconds`, `it.path` (path and query of this page),
 *   `it.noscriptRefresh` (refresh every 5 s without script), `it.auth` (`{ enabled }`: whether signing out is offered).
 * - `views/layouts/plain.eta`: `it.title`, `it.body`; for pages shown to someone who is not signed in.
 *
 * `<%= %>` escapes; null and undefined print nothing. Other partials are included by their path from the root of
 * `views/`: `include('/partials/ui/progress', { … })`.
 */
import { Eta } from 'eta'
import { escapeHtml } from './escape-html.ts'
import type { Page, Region } from './page.ts'

export interface RendererOptions {
  viewsDir: string
  /** Compiled templates are kept; false reads them again each time, for working on them. */
  cache: boolean
  assetUrl(name: string): string
  version: string
}

export interface Renderer {
  /** `template` is a path below `views/` without extension: `pages/error`, `partials/run/header`. */
  render(template: string, data: object): string
  /** The inner HTML of a region from its view model. */
  renderRegion(region: Region, data: object): string
}

export function createRenderer(options: RendererOptions): Renderer {
  const eta = new Eta({
    views: options.viewsDir,
    cache: options.cache,
    autoEscape: true,
    escapeFunction: escapeHtml,
    autoFilter: true,
    filterFunction: (value: unknown) => (value === null || value === undefined ? '' : (value as string)),
  })
  const shared = { asset: options.assetUrl, version: options.version }
  const render: Renderer['render'] = (template, data) => eta.render(template, { ...data, ...shared })
  return { render, renderRegion: (region, data) => render(`partials/${region.template}`, data) }
}

export interface PageFacts {
  /** Path and query of the page, as it was asked for. */
  path: string
  /** What to stream while it is looked at: the page's own path and query, or `tray`. */
  streamPage: string
  /** `<boot>.<revision>`, taken before any region's data was read. */
  cursor: string
  /** The HTML of each region by id, the tray's included. */
  regions: ReadonlyMap<string, string>
  auth: { enabled: boolean }
}

/** A whole document: the page's template inside the desk's layout. */
export function renderPage(renderer: Renderer, page: Page, facts: PageFacts): string {
  const region = (id: string, attributes: Record<string, string> = {}): string => {
    const html = facts.regions.get(id)
    if (html === undefined) throw new Error(`the page ${facts.path} has no region ${id}`)
    return wrapRegion(id, html, attributes)
  }
  const body = renderer.render(`pages/${page.template}`, { ...page.data, region })
  const query = `page=${encodeURIComponent(facts.streamPage)}&after=${encodeURIComponent(facts.cursor)}`
  return renderer.render('layouts/desk', {
    title: page.title,
    nav: page.nav,
    body,
    region,
    path: facts.path,
    cursor: facts.cursor,
    streamUrl: `/stream?${query}`,
    fragmentUrl: `/fragment?page=${encodeURIComponent(facts.streamPage)}`,
    pollSeconds: page.pollSeconds,
    noscriptRefresh: page.live && !page.hasForm,
    auth: facts.auth,
  })
}

/** A document outside the desk: no navigation, no tray, nothing of any run. */
export function renderPlain(renderer: Renderer, title: string, template: string, data: object): string {
  return renderer.render('layouts/plain', { title, body: renderer.render(`pages/${template}`, data) })
}

/** The element a region lives in, on the page and as the target of every later update. */
function wrapRegion(id: string, html: string, attributes: Record<string, string>): string {
  const extra = Object.entries(attributes)
    .map(([name, value]) => ` ${escapeHtml(name)}="${escapeHtml(value)}"`)
    .join('')
  return `<div id="${escapeHtml(id)}" data-region${extra}>${html}</div>`
}
