/** Whole documents: a page with its regions as they are now, at a cursor taken before they were read. */
import type { HttpFailure } from '../core/http-error.ts'
import type { Page, Region } from './page.ts'
import { TRAY } from './page-finder.ts'
import { catchUp } from './regions/catch-up.ts'
import { composeUpdate, type ComposeDeps } from './regions/compose-update.ts'
import { formatCursor } from './regions/cursor.ts'
import { renderPage, renderPlain, type Renderer } from './render.ts'

export interface Documents {
  /** `path` is the page's own path and query. */
  renderDocument(page: Page, path: string): Promise<string>
  /** A page that is at no address of its own and keeps only the tray up to date. */
  renderLoose(page: Page, path: string): Promise<string>
  /** One region of a page as an update of it. */
  renderRegion(page: Page, id: string): Promise<string>
  renderFailure(failure: HttpFailure, path: string): Promise<string>
  /** Outside the desk: shows nothing of it. */
  renderPlainFailure(failure: HttpFailure): string
  renderLogin(data: { next: string; error: string | null }): string
}

export interface DocumentDeps extends ComposeDeps {
  renderer: Renderer
  tray: Region
  authEnabled: boolean
}

const FAILURE_TITLES: Partial<Record<HttpFailure['status'], string>> = {
  400: 'That could not be read',
  404: 'Not found',
  409: 'Not possible now',
  413: 'Too large',
  429: 'Too much at once',
  500: 'Something went wrong',
}

export function createDocuments(deps: DocumentDeps): Documents {
  const { renderer, feed, tray } = deps
  const auth = { enabled: deps.authEnabled }

  async function render(page: Page, path: string, streamPage: string): Promise<string> {
    const whole = new Set([null])
    const regions = [...page.regions, tray]
    const update = await composeUpdate(
      deps,
      regions.map((region) => ({ region, after: whole })),
    )
    const html = new Map(regions.map(({ id }) => [id, update.pieces.get(id)?.get(null)?.html ?? '']))
    const cursor = formatCursor(feed, update.stable ? update.revision : null)
    return renderPage(renderer, page, { path, streamPage, cursor, regions: html, auth })
  }

  const describe = ({ status, message }: HttpFailure) => ({
    status,
    title: FAILURE_TITLES[status] ?? 'Not allowed',
    message,
  })

  return {
    renderDocument: (page, path) => render(page, path, path),
    renderLoose: (page, path) => render(page, path, TRAY),
    async renderRegion({ regions }, id) {
      const wanted = regions.filter((region) => region.id === id)
      return (await catchUp(deps, wanted, null)).html
    },
    renderFailure(failure, path) {
      const data = describe(failure)
      const page: Page = {
        title: data.title,
        nav: null,
        template: 'error',
        data,
        regions: [],
        live: false,
        hasForm: false,
      }
      return render(page, path, TRAY)
    },
    renderPlainFailure(failure) {
      const data = describe(failure)
      return renderPlain(renderer, data.title, 'error', data)
    },
    renderLogin: (data) => renderPlain(renderer, 'Sign in', 'login', data),
  }
}
