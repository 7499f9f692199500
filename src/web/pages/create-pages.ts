/**
 * All pages of the desk behind one door: which page an address shows. What a page is made of stands in the file of its
 * resource; how it is sent, streamed and guarded is left to the server.
 */
import type { LaunchEstimator, LaunchPageResolver, PageResolver, Region, RunPageResolver } from '../page.ts'
import { createAssessPage, estimateLaunch } from './assess.ts'
import { createBatchPage } from './batch.ts'
import { createDocsPage } from './docs.ts'
import type { PageDeps, PageKit } from './page-deps.ts'
import { createPriceCharts } from './price-chart-panel.ts'
import { createRunPage } from './run.ts'
import { createRunsPage } from './runs.ts'
import { createSavings } from './savings.ts'
import { createSystemPage } from './system.ts'
import { createTrayRegion } from './tray.ts'

export type { PageDeps } from './page-deps.ts'

export interface Pages {
  resolvePage: PageResolver
  /** The launch form once more, with what was typed and why it was refused or what it would take. */
  resolveLaunchPage: LaunchPageResolver
  estimateLaunch: LaunchEstimator
  /** A run's page once more, with a bound that could not be taken. */
  resolveRunPage: RunPageResolver
  /** The region that is on every page. */
  tray: Region
}

export function createPages(deps: PageDeps): Pages {
  const kit: PageKit = {
    ...deps,
    priceCharts: createPriceCharts(deps),
    savings: createSavings(deps.desk),
  }
  return {
    tray: createTrayRegion(deps),
    resolveLaunchPage: (typed, answer) => createAssessPage(deps, typed, answer),
    estimateLaunch: (fields) => estimateLaunch(deps, fields),
    resolveRunPage: (runId, typed, refusal) => createRunPage(kit, runId, null, { typed, refusal }),
    async resolvePage(url) {
      switch (url.pathname) {
        case '/':
          return createAssessPage(deps)
        case '/runs':
          return url.searchParams.has('batch') ? createBatchPage(kit, url) : createRunsPage(deps, url)
        case '/system':
          return createSystemPage(deps)
        case '/docs':
          return deps.openapi ? createDocsPage(deps.openapi()) : null
      }
      const runId = /^\/runs\/([^/]+)$/.exec(url.pathname)?.[1]
      return runId === undefined ? null : createRunPage(kit, decodePart(runId), url.searchParams.get('node'))
    },
  }
}

/** A malformed escape is kept as it stands: no run has such an id. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
