/** The lab: the strategies there are, what is wrong with one's own, and the newest jobs. */
import { NotFoundError } from '../../core/errors.ts'
import { JOB_KINDS } from '../../lab/job-inputs.ts'
import type { RunState } from '../../runs/state.ts'
import type { Page, Refusal } from '../page.ts'
import { viewImports } from '../view-models/imports-view.ts'
import { viewJobRow } from '../view-models/job-row.ts'
import { KIND_WORDS } from '../view-models/job-kind-words.ts'
import { viewStrategies } from '../view-models/strategies-view.ts'
import type { PageDeps } from './page-deps.ts'

const NEWEST = 12

/** `refusal`: why a price file was not taken in. */
export async function createLabPage(deps: PageDeps, refusal: Refusal | null = null): Promise<Page> {
  const { desk, lab, series, clock, config } = deps
  const found = await lab.catalog.list()
  const inputs = createInputs(deps)
  return {
    title: 'Lab',
    nav: 'lab',
    template: 'lab/lab',
    data: {
      kinds: JOB_KINDS.map((kind) => ({ ...KIND_WORDS[kind], href: `/lab/new?kind=${kind}` })),
      ...viewStrategies(found, config.strategiesDir),
      imports: viewImports(await series.list()),
      importFaults: refusal ? splitFaults(refusal.message) : [],
    },
    regions: [
      {
        id: 'lab-jobs',
        key: 'lab/jobs',
        template: 'lab/jobs',
        watch: ['list'],
        data: async () => {
          const { runs, total } = desk.list({ kind: JOB_KINDS, limit: NEWEST })
          const rows = runs.map(async (run) => viewJobRow(run, await inputs(run.run_id), clock.now()))
          return { rows: await Promise.all(rows), total, more: total > NEWEST, allHref: ALL_JOBS }
        },
      },
    ],
    live: true,
    hasForm: refusal !== null,
  }
}

/** A line each for the rows that are at fault. */
function splitFaults(message: string): string[] {
  return message.split(/; (?=line \d|and \d)/)
}

const ALL_JOBS = `/runs?kind=${JOB_KINDS.join('%2C')}`

/** What each job was asked to do never changes, so that a list that is shown again and again reads it once. */
function createInputs({ desk }: Pick<PageDeps, 'desk'>) {
  const known = new Map<string, RunState['input'] | null>()
  return async (runId: string): Promise<RunState['input'] | null> => {
    if (!known.has(runId)) known.set(runId, await readInput(desk, runId))
    return known.get(runId)!
  }
}

async function readInput(desk: PageDeps['desk'], runId: string): Promise<RunState['input'] | null> {
  try {
    return (await desk.state(runId)).input
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
