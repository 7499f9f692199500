/** The page behind the `page` parameter of streams and fragments: a local path with its query, or `tray`. */
import { InputError, NotFoundError, quote } from '../core/errors.ts'
import type { PageResolver, Region } from './page.ts'

export const TRAY = 'tray'

export interface PageFinder {
  /** The canonical name and the regions of a page, the tray included. Throws `InputError`, `NotFoundError`. */
  find(page: string | undefined, origin: string): Promise<{ name: string; regions: readonly Region[] }>
}

export function createPageFinder(resolvePage: PageResolver, tray: Region): PageFinder {
  return {
    async find(page, origin) {
      if (page === TRAY) return { name: TRAY, regions: [tray] }
      const url = parsePagePath(page, origin)
      const found = await resolvePage(url)
      if (!found) throw new NotFoundError(`there is no page ${quote(url.pathname)}`)
      return { name: url.pathname + url.search, regions: [...found.regions, tray] }
    },
  }
}

function parsePagePath(page: string | undefined, origin: string): URL {
  const isLocal = page !== undefined && /^\/(?![/\\])/.test(page) && URL.canParse(page, origin)
  const url = isLocal ? new URL(page, origin) : null
  if (url?.origin !== origin) {
    throw new InputError('page', `page ${quote(page ?? '')} is neither a path of this desk nor ${TRAY}`)
  }
  url.hash = ''
  return url
}
