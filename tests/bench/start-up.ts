/** How long a desk with many stored runs takes until it is ready, after it was stopped in order and after it was killed. */
import { MANY_RUNS, type BenchContext } from './context.ts'
import { median, type Measurement, type Outcome, type Reading } from './harness.ts'
import { startProduct, type ProductServer } from './product-server.ts'

const GOAL_S = 1
const STARTS = 5

export const startUp: Measurement<BenchContext> = {
  name: 'start-up',
  async run({ place }): Promise<Outcome> {
    const desk = await place(MANY_RUNS)
    const starts: Record<'ordered' | 'killed', ProductServer[]> = { ordered: [], killed: [] }
    // The first start also brings the index up to date where an earlier measurement left it behind.
    await (await startProduct(desk)).end('SIGTERM')
    for (let i = 0; i < STARTS; i += 1) {
      for (const before of ['ordered', 'killed'] as const) {
        const server = await startProduct(desk)
        starts[before].push(server)
        // How this one ends is what the next one finds.
        await server.end(before === 'ordered' ? 'SIGKILL' : 'SIGTERM')
      }
    }
    return {
      readings: [
        summarize(`ready after start, ${MANY_RUNS} stored runs`, starts.ordered),
        summarize(`ready after kill -9, ${MANY_RUNS} stored runs`, starts.killed),
      ],
      block: null,
    }
  },
}

function summarize(what: string, servers: ProductServer[]): Reading {
  const readyMs = median(servers.map((server) => server.readyMs))
  const bootMs = median(servers.map((server) => server.bootMs))
  return {
    what,
    value: readyMs / 1_000,
    goal: GOAL_S,
    unit: 's',
    basis: `of it ${bootMs.toFixed(0)} ms Node itself and ${(readyMs - bootMs).toFixed(0)} ms the desk, median of ${servers.length}`,
  }
}
