/** The catalog of strategies with those that runs have trained: `model:<run_id>`. */
import { InputError, NotFoundError, quote } from '../../core/errors.ts'
import { isRunId } from '../../core/ids.ts'
import type { StrategyCatalog, StrategyListing } from '../strategy-catalog.ts'
import { parseClassifier } from './classifier-shape.ts'
import { createModelStrategy, MODEL_PREFIX } from './model-strategy.ts'

export interface TrainedModels {
  /** The result of a run's `MODEL_STEP`; undefined where it has none. May throw `NotFoundError`. */
  load(runId: string): Promise<unknown>
  /** Runs that have trained one, the newest first; as many as are worth offering. */
  recent(): Promise<readonly string[]>
}

/** Models that are remembered: a run's does not change. */
const KEPT = 50

export function withModels(catalog: StrategyCatalog, models: TrainedModels): StrategyCatalog {
  const known = new Map<string, StrategyListing>()
  return {
    async list() {
      const [{ strategies, problems }, recent] = await Promise.all([catalog.list(), models.recent()])
      const trained = await Promise.all(recent.map(find))
      return { strategies: [...strategies, ...trained.filter((one) => one !== undefined)], problems }
    },
    async find(name) {
      if (!name.startsWith(MODEL_PREFIX)) return catalog.find(name)
      const runId = name.slice(MODEL_PREFIX.length)
      const listing = isRunId(runId) ? await find(runId) : undefined
      if (listing) return listing
      throw new InputError(
        'strategy',
        `strategy is ${quote(name)}: there is no run ${quote(runId)} that has trained a model and still keeps it`,
      )
    },
  }

  async function find(runId: string): Promise<StrategyListing | undefined> {
    const listing = known.get(runId) ?? (await read(runId))
    if (!listing) return undefined
    known.delete(runId)
    known.set(runId, listing)
    if (known.size > KEPT) known.delete(known.keys().next().value!)
    return listing
  }

  async function read(runId: string): Promise<StrategyListing | undefined> {
    const trained = await models.load(runId).then(parseClassifier, (error: unknown) => {
      if (error instanceof NotFoundError) return undefined
      throw error
    })
    if (!trained) return undefined
    const { signals: _signals, ...facts } = createModelStrategy(trained)
    return { ...facts, file: null, ref: { name: facts.name, file: null, hash: trained.hash, model: trained } }
  }
}
