/**
 * Whether a progress tick costs the same however many runs are stored: a step's two commits and a `ctx.progress`, from
 * the journal's sync through fold and hub to the index, with real files. Both desks live in this process and take turns.
 */
import { createRunManager } from '../../src/runs/run-manager.ts'
import { systemClock } from '../../src/core/clock.ts'
import { openStorage } from '../../src/storage/open-storage.ts'
import { alternate, median, type Measurement, type Outcome } from './harness.ts'
import { createPacedWorkflow, type Beats } from './paced-workflow.ts'
import { BENCH_LIMITS, MANY_RUNS, SILENT_LOG, type BenchContext } from './context.ts'

const FEW_RUNS = 100
const GOAL_RATIO = 1.2
const ROUNDS = 24
const WARM_UP_ROUNDS = 4
/** So many that the index, which gathers changes for a quarter second, is written in every round. */
const TICKS_PER_ROUND = 60

export const tick: Measurement<BenchContext> = {
  name: 'tick',
  async run({ place }): Promise<Outcome> {
    const few = await openTickDesk(await place(FEW_RUNS))
    const many = await openTickDesk(await place(MANY_RUNS))
    try {
      await alternate(WARM_UP_ROUNDS, few.measureRound, many.measureRound)
      const samples = await alternate(ROUNDS, few.measureRound, many.measureRound)
      const fewUs = median(samples.left)
      const manyUs = median(samples.right)
      return {
        readings: [
          {
            what: `progress tick, ${MANY_RUNS} stored runs vs ${FEW_RUNS}`,
            value: manyUs / fewUs,
            goal: GOAL_RATIO,
            unit: '×',
            basis: `${manyUs.toFixed(0)} µs vs ${fewUs.toFixed(0)} µs a tick, index written, median of ${ROUNDS} rounds of ${TICKS_PER_ROUND}`,
          },
        ],
        block: null,
      }
    } finally {
      await few.close()
      await many.close()
    }
  },
}

interface TickDesk {
  /** Microseconds a tick, with the writing of the index that the ticks caused. */
  measureRound(): Promise<number>
  close(): Promise<void>
}

async function openTickDesk(dirs: { dataDir: string; resultsDir: string }): Promise<TickDesk> {
  const storage = await openStorage({ ...dirs, clock: systemClock, log: SILENT_LOG })
  let round: PromiseWithResolvers<number> | null = null
  const beat = async ({ ctx, step }: Beats) => {
    const startedMs = performance.now()
    for (let i = 1; i <= TICKS_PER_ROUND; i += 1) {
      ctx.progress(i / TICKS_PER_ROUND, `tick ${i}`)
      await step()
    }
    await storage.index.flush()
    round?.resolve(((performance.now() - startedMs) * 1_000) / TICKS_PER_ROUND)
  }
  const manager = createRunManager({
    ...storage,
    workflows: [createPacedWorkflow(beat)],
    clock: systemClock,
    limits: BENCH_LIMITS,
    log: SILENT_LOG,
  })
  return {
    async measureRound() {
      round = Promise.withResolvers()
      const { runs } = await manager.launch([{ kind: 'assessment', input: { ticker: 'AAPL' } }])
      const tickUs = await round.promise
      await untilEnded(manager, runs[0]!.run_id)
      // The other desk's round begins with nothing left to write here.
      await storage.index.flush()
      return tickUs
    },
    async close() {
      await manager.stop(0)
      await storage.close()
    },
  }
}

function untilEnded(manager: ReturnType<typeof createRunManager>, runId: string): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (manager.summary(runId).ended_at === null) return
      unsubscribe()
      resolve()
    }
    const unsubscribe = manager.feed.subscribe(check)
    check()
  })
}
