/** A lab that has found what the test says; nothing unless said. */
import { InputError, NotFoundError } from '../../src/core/errors.ts'
import type { LabDesk } from '../../src/lab/lab-desk.ts'
import type { SeriesDesk } from '../../src/lab/series-facts.ts'
import type { StrategyListing, StrategyProblem } from '../../src/lab/strategy-catalog.ts'

export interface LabScript extends Partial<Omit<LabDesk, 'catalog'>> {
  strategies?: StrategyListing[]
  problems?: StrategyProblem[]
}

const noResult = async () => null

export function createScriptedLab({ strategies = [], problems = [], ...found }: LabScript = {}): LabDesk {
  const heatmap = found.heatmap ?? (async () => null)
  const trials = found.trials ?? (async () => ({ trials: [], total: 0 }))
  return {
    catalog: {
      list: async () => ({ strategies, problems }),
      async find(name) {
        const strategy = strategies.find((one) => one.name === name)
        if (!strategy) throw new InputError('strategy', `strategy is "${name}"; there is none of that name`)
        return strategy
      },
    },
    result: noResult,
    async inspectTrial(runId, trial) {
      throw new NotFoundError(`run ${runId} has no trial ${trial}`)
    },
    trials,
    heatmap,
    glance: {
      trials: async (runId, query, search) => ({ found: await trials(runId, query), search }),
      heatmap: async (runId, query, search) => ({ found: await heatmap(runId, query), search }),
    },
    async *eachTrial() {
      yield []
    },
    async *eachTrade(runId) {
      const result = await (found.result ?? noResult)(runId)
      if (result === null) throw new NotFoundError(`run ${runId} has no result (yet)`)
      yield result.trades
    },
    ...found,
  }
}

/** Price files are kept nowhere: none can be brought in. */
export const NO_SERIES: SeriesDesk = {
  importCsv: () => Promise.reject(new InputError('data', 'data: nothing can be brought in here')),
  list: async () => [],
  describe: (series) =>
    Promise.reject(new NotFoundError(`series ${series} is not among the imported series`)),
  remove: (series) => Promise.reject(new NotFoundError(`series ${series} is not among the imported series`)),
}
