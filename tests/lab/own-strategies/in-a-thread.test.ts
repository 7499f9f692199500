/** One's own strategies at work: in threads, as the file was when the job began, with faults that name file and line. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalog } from '../../../src/lab/create-catalog.ts'
import { packBars, shareBars, type JobBars } from '../../../src/lab/pack-bars.ts'
import type { StrategyRef } from '../../../src/lab/strategy-catalog.ts'
import type { Dispatcher } from '../../../src/lab/task.ts'
import { backtest } from '../../../src/lab/tasks/backtest.ts'
import { createDispatcher } from '../../../src/lab/threads/create-dispatcher.ts'
import { DEFAULT_RULES } from '../../../src/trading/rules.ts'
import { loadSample } from '../../support/sample-bars.ts'
import { createStrategyFolder, readExamples, signalFile } from '../../support/strategy-folder.ts'

let dispatcher: Dispatcher
let bars: JobBars

beforeAll(async () => {
  dispatcher = createDispatcher({ threads: 1 })
  bars = shareBars(await packBars([await loadSample('AAPL', '2006-01-03')], []))
})
afterAll(() => dispatcher.close())

async function refsOf(files: Record<string, string>): Promise<Map<string, StrategyRef>> {
  const { strategies, problems } = await createCatalog({ folder: await createStrategyFolder(files) }).list()
  expect(problems).toEqual([])
  return new Map(strategies.map(({ name, ref }) => [name, ref]))
}

function run(strategy: StrategyRef) {
  const input = {
    bars: bars.shared,
    strategy,
    rules: DEFAULT_RULES,
    params: {},
    facts: bars.facts,
    notes: [],
  }
  return dispatcher.run(backtest, input, { lane: 'test', signal: new AbortController().signal })
}

describe('in a job', () => {
  it('the documented examples trade, and are found to see only the past', async () => {
    const refs = await refsOf(readExamples())
    for (const name of ['three-down', 'pullback']) {
      const { stats, caveats } = await run(refs.get(name)!)
      expect(stats.trades).toBeGreaterThan(5)
      expect(caveats).toEqual([])
    }
  })

  it('mistakes are told with file and line, and what looks ahead is noted', async () => {
    const refs = await refsOf({
      'throws.ts': signalFile('throws', '\n    columns.sma(10).nonsense()\n    return 0'),
      'returns.mjs': signalFile('returns', '    out.fill(1)'),
      'writes.mjs': signalFile('writes', '    out[7] = 5\n    return 0'),
      'orders.mjs':
        "export default {\n  name: 'orders',\n  title: 'T',\n  about: 'A.',\n  form: 'bars',\n  init: () => null,\n  next(desk) {\n    desk.buy({ ticker: 'MSFT' })\n  },\n}",
      'peeks.mjs': signalFile(
        'peeks',
        '    for (let i = 0; i < out.length; i++) out[i] = columns.close[i + 3] > columns.close[i] ? 1 : 2\n    return 0',
      ),
    })
    await expect(run(refs.get('throws')!)).rejects.toThrow(
      /^throws\.ts, line 8: TypeError: .*nonsense is not a function$/,
    )
    await expect(run(refs.get('returns')!)).rejects.toThrow(
      'returns.mjs: signals() returned "undefined"; allowed: the number',
    )
    await expect(run(refs.get('writes')!)).rejects.toThrow(
      'writes.mjs: the signal of bar 7 is 5; allowed: 0 nothing new',
    )
    await expect(run(refs.get('orders')!)).rejects.toThrow(/^orders\.mjs, line 8: no ticker "MSFT" here/)
    const { notes, caveats } = await run(refs.get('peeks')!)
    expect(notes).toEqual([expect.stringContaining('A title looks ahead: the signal of ')])
    expect(caveats).toEqual(['looks-ahead'])
  })

  it('what a file does to its surroundings changes no number of a built-in strategy', async () => {
    const refs = await refsOf({
      'poison.mjs': `import { parentPort } from 'node:worker_threads'\n${signalFile(
        'poison',
        '    Math.sqrt = () => 1\n    parentPort.postMessage(null)\n    return 0',
      )}`,
      'rejects.mjs': signalFile('rejects', '    Promise.reject(new Error(import.meta.url))\n    return 0'),
    })
    const builtIn: StrategyRef = { name: 'sma-cross', file: null, hash: null }
    const before = await run(builtIn)
    await run(refs.get('poison')!)
    await expect(run(refs.get('rejects')!)).rejects.toThrow(
      /^rejects\.mjs: it ended its thread 2 times: rejects\.mjs$/,
    )
    expect((await run(builtIn)).stats).toEqual(before.stats)
  })

  it('a file that has changed since is refused', async () => {
    const refs = await refsOf({ 'good.mjs': signalFile('good', '    out.fill(1)\n    return 0') })
    const ref = refs.get('good')!
    const held = await run(ref)
    expect(held.stats).toMatchObject({ trades: 0, exposure_time_pct: 0 })
    expect(held.notes).toEqual([expect.stringMatching(/^1 trade is still open on the last bar: /)])
    await writeFile(ref.file!, signalFile('good', '    out.fill(2)\n    return 0'))
    // Another set of rules, for a thread remembers what it has opened.
    const input = { bars: bars.shared, strategy: ref, rules: { ...DEFAULT_RULES, cash: 5_000 }, params: {} }
    await expect(
      dispatcher.run(
        backtest,
        { ...input, facts: bars.facts, notes: [] },
        { lane: 'test', signal: new AbortController().signal },
      ),
    ).rejects.toThrow('good.mjs: the file has changed since')
  })
})

it('is never run in the main thread', async () => {
  const folder = await createStrategyFolder({ 'good.mjs': 'throw new Error("it ran")' })
  const source = join(import.meta.dirname, '../../../src/lab/load-strategy.ts')
  const script = `const { loadStrategy } = await import(${JSON.stringify(source)})
    await loadStrategy({ name: 'good', file: ${JSON.stringify(join(folder, 'good.mjs'))}, hash: 'a' }).catch((error) => console.log(error.message))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  expect(stdout).toContain('in a worker thread only')
})
