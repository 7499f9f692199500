/**
 * All pages of the desk behind one door: which page an address shows. What a page is made of stands in the file of its
 * resource; how it is sent, streamed and guarded is left to the server.
 */
import type {
  JobPageResolver,
  LabPageResolver,
  LaunchEstimator,
  LaunchPageResolver,
  PageResolver,
  Region,
  RunPageResolver,
} from '../page.ts'
import { parseTrialNumber } from '../trial-input.ts'
import { createAssessPage, estimateLaunch, readPrefill } from './assess.ts'
import { createBatchPage } from './batch.ts'
import { createCancelPage } from './cancel.ts'
import { createComparePage } from './compare.ts'
import { createDocsPage } from './docs.ts'
import { createJobFormPage, readJobValues } from './job-form.ts'
import { createLabPage } from './lab.ts'
import { TRIALS_ADDRESS } from './page-addresses.ts'
import type { PageDeps, PageKit } from './page-deps.ts'
import { createPriceCharts } from './price-chart-panel.ts'
import { createRunPage } from './run.ts'
import { createRunsPage } from './runs.ts'
import { createSavings } from './savings.ts'
import { createRetentionRegion } from './system-retention.ts'
import { createStorageRegion } from './system-storage.ts'
import { createSystemPage } from './system.ts'
import { createTrayRegion } from './tray.ts'
import { createTrialPage } from './trial.ts'
import { createTrialsPage } from './trials.ts'
import { createVerdictChanges } from './verdict-changes.ts'
import { createVerdictsPage } from './verdicts.ts'

export type { PageDeps } from './page-deps.ts'

export interface Pages {
  resolvePage: PageResolver
  /** The launch form once more, with what was typed and why it was refused or what it would take. */
  resolveLaunchPage: LaunchPageResolver
  estimateLaunch: LaunchEstimator
  /** A run's page once more, with a bound that could not be taken. */
  resolveRunPage: RunPageResolver
  /** The form of a job once more, with what was typed and why it was refused. */
  resolveJobPage: JobPageResolver
  /** The lab's page once more, with why a price file was refused. */
  resolveLabPage: LabPageResolver
  /** The region that is on every page. */
  tray: Region
}

export function createPages(deps: PageDeps): Pages {
  const kit: PageKit = {
    ...deps,
    priceCharts: createPriceCharts(deps),
    savings: createSavings(deps.desk),
    retentionRegion: createRetentionRegion(deps),
    storageRegion: createStorageRegion(deps),
    verdictChanges: createVerdictChanges(deps.desk),
  }
  return {
    tray: createTrayRegion(deps),
    resolveLaunchPage: (typed, answer) => createAssessPage(deps, typed, answer),
    estimateLaunch: (fields) => estimateLaunch(deps, fields),
    resolveLabPage: (refusal) => createLabPage(deps, refusal),
    resolveRunPage: (runId, typed, refusal) =>
      createRunPage(kit, runId, new URLSearchParams(), { typed, refusal }),
    resolveJobPage: (typed, refusal) => createJobFormPage(deps, typed, refusal),
    async resolvePage(url) {
      switch (url.pathname) {
        case '/':
          return createAssessPage(deps, readPrefill(url))
        case '/runs':
          return isBatch(url) ? createBatchPage(kit, url) : createRunsPage(deps, url)
        case '/runs/compare':
          return createComparePage(kit, url)
        case '/runs/cancel':
          return createCancelPage(deps, url)
        case '/lab':
          return createLabPage(deps)
        case '/lab/new':
          return createJobFormPage(deps, readJobValues(url))
        case '/verdicts':
          return createVerdictsPage(kit, url)
        case '/system':
          return createSystemPage(kit)
        case '/docs':
          return createDocsPage(deps.openapi())
      }
      const [, ofRun, trial] = TRIALS_ADDRESS.exec(url.pathname) ?? []
      if (ofRun !== undefined)
        return trial === undefined
          ? createTrialsPage(kit, decodePart(ofRun), url.searchParams)
          : createTrialPage(kit, decodePart(ofRun), parseTrialNumber(trial), url.searchParams)
      const runId = /^\/runs\/([^/]+)$/.exec(url.pathname)?.[1]
      return runId === undefined ? null : createRunPage(kit, decodePart(runId), url.searchParams)
    },
  }
}

/** A batch has a page of its own; with columns named, it is a filter of the list. */
function isBatch({ searchParams }: URL): boolean {
  return searchParams.has('batch') && !searchParams.has('show')
}

/** A malformed escape is kept as it stands: no run has such an id. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
