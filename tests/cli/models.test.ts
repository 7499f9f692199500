/** What the command line says to and of models: a launch with them, their budget, running again, and whether they answer. */
import { describe, expect, test } from 'vitest'
import type { PublicSummary } from '../../src/runs/summary.ts'
import { createTestCli, describeRun } from '../support/cli-context.ts'

const AAPL = 'AAPL--2026-11-20_10.00.00--0a1b2c'

test('assess hands models, repeats and budgets to the launch', async () => {
  const cli = createTestCli({
    answers: {
      'POST /start-multi': () => ({
        batch_id: 'b',
        runs: [{ run_id: AAPL, ticker: 'AAPL', status: 'pending' }],
      }),
      'GET /runs': () => [describeRun(AAPL)],
    },
  })
  const words = ['assess', '--tickers', 'AAPL', '--deep-model', 'openai:gpt-4o', '--repeats', '3']
  const models = ['--model', 'trader=ollama:llama3.1:8b', 'bull=openai:gpt-4o-mini']
  expect(await cli.run(...words, ...models, '--budget-usd', '2.5', '--mode', 'llm')).toBe(0)
  expect(cli.bodies).toEqual([
    {
      company_symbols: 'AAPL',
      repeats: '3',
      mode: 'llm',
      deep_model: 'openai:gpt-4o',
      role_models: 'trader=ollama:llama3.1:8b,bull=openai:gpt-4o-mini',
      budget_usd: '2.5',
    },
  ])
})

describe('rerun', () => {
  const made = {
    run_id: 'AAPL--2026-11-20_11.00.00--ffffff',
    reused_steps: 7,
    saved_usd: 0.1234,
    saved_ms: 8_400,
  }
  const answers = {
    [`GET /runs/${AAPL}/status`]: () => describeRun(AAPL),
    [`POST /runs/${AAPL}/rerun`]: () => made,
  }

  test('says what was taken over and what that saved', async () => {
    const cli = createTestCli({ answers })
    expect(await cli.run('rerun', AAPL, '--from', 'trader')).toBe(0)
    expect(cli.bodies).toEqual([{ from_step: 'trader' }])
    expect(cli.stdout()).toBe(`${made.run_id}  takes over 7 steps: 8.4 s and 0.1234 USD saved\n`)
  })

  test('--json prints what the desk answered', async () => {
    const cli = createTestCli({ answers })
    expect(await cli.run('rerun', AAPL, '--json')).toBe(0)
    expect(cli.bodies).toEqual([{}])
    expect(JSON.parse(cli.stdout())).toEqual(made)
  })
})

test('budget sets the bound and shows what the run does now', async () => {
  const cli = createTestCli({
    answers: {
      [`GET /runs/${AAPL}/status`]: () => describeRun(AAPL),
      [`POST /runs/${AAPL}/budget`]: () => describeRun(AAPL, { status: 'in_progress' }),
    },
  })
  expect(await cli.run('budget', AAPL, '--usd', '2.5', '--tokens', 'none')).toBe(0)
  expect(cli.bodies).toEqual([{ usd: '2.5', tokens: 'none' }])
  expect(cli.stdout()).toContain(AAPL)
})

describe('a run that was paused and is let go on', () => {
  const why = 'budget: the next call may use up to 0.0213 USD'
  const paused = describeRun(AAPL, { status: 'paused', progress_message: why })
  const running = describeRun(AAPL, { status: 'in_progress' })
  const letGo = (looks: PublicSummary[]) => ({
    [`GET /runs/${AAPL}/status`]: () => (looks.length > 1 ? looks.shift() : looks[0]),
    [`POST /runs/${AAPL}/*`]: () => running,
  })

  test.each([
    ['budget', ['--usd', '0.001']],
    ['resume', []],
  ])('by %s and pauses at once again is told to be paused, and why', async (verb, options) => {
    const cli = createTestCli({ answers: letGo([paused, running, running, paused]) })
    expect(await cli.run(verb, AAPL, ...options)).toBe(0)
    expect(cli.stdout()).toBe(`${AAPL}  ‖ paused: ${why}\n`)
  })

  test('and goes on is looked at for two seconds and no longer', async () => {
    const cli = createTestCli({ answers: letGo([paused, running]) })
    const before = cli.context.clock.now()
    expect(await cli.run('budget', AAPL, '--usd', '2')).toBe(0)
    expect(cli.stdout()).toBe(`${AAPL}  ● running\n`)
    expect(cli.context.clock.now() - before).toBe(2_000)
  })

  test('and has ended meanwhile is told as ended; one that was running is not looked at again', async () => {
    const over = createTestCli({ answers: letGo([paused, running, describeRun(AAPL)]) })
    expect(await over.run('budget', AAPL, '--usd', '2')).toBe(0)
    expect(over.stdout()).toBe(`${AAPL}  ✔ completed\n`)
    const busy = createTestCli({ answers: letGo([running]) })
    await busy.run('budget', AAPL, '--usd', '2')
    expect(busy.requests.filter((request) => request.includes('/status'))).toHaveLength(1)
  })
})

describe('models of the settings that cannot be used', () => {
  const problem = 'LLM_DEEP_MODEL is "openai:gpt-4o", which needs OPENAI_API_KEY; it is not set'
  const findModelProblems = async () => [problem, 'the price of x:y is not known']

  test('are one line when the desk is served', async () => {
    const cli = createTestCli({
      owner: 'self',
      desks: {
        findModelProblems,
        serve: async () => ({
          url: 'http://127.0.0.1:4321',
          close: async () => ({ left: 0 }),
          setLimits: () => undefined,
        }),
      },
    })
    const code = cli.run('serve')
    await cli.printed
    cli.signal('SIGTERM')
    expect(await code).toBe(0)
    expect(cli.stderr()).toBe(
      `WARN ${problem}. the price of x:y is not known. Runs that name no other models are refused.\n`,
    )
  })

  test('are shown by doctor without asking them', async () => {
    const cli = createTestCli({ desks: { findModelProblems } })
    expect(await cli.run('doctor')).toBe(1)
    expect(cli.stdout()).toMatch(
      /✖ {2}Settings +LLM_DEEP_MODEL is "openai:gpt-4o", which needs OPENAI_API_KEY/,
    )
    expect(cli.stdout()).not.toContain('can be used')
  })
})

describe('doctor --llm', () => {
  test('says latency, tokens and cost of each model, and what failed', async () => {
    const cli = createTestCli({
      desks: {
        probeModels: async () => [
          {
            ...{ model: 'openai:gpt-4o', ok: true, latency_ms: 412, problem: null },
            usage: { input_tokens: 12, output_tokens: 2, cost_usd: 0.00005 },
          },
          {
            model: 'google:gone',
            ok: false,
            latency_ms: null,
            usage: null,
            problem: 'there is no such model',
          },
        ],
      },
    })
    expect(await cli.run('doctor', '--llm')).toBe(1)
    expect(cli.stdout()).toMatch(
      /✔ {2}Model +openai:gpt-4o: answered in 412 ms; 12 tokens read and 2 written; 0\.000050 USD/,
    )
    expect(cli.stdout()).toMatch(/✖ {2}Model +google:gone: there is no such model/)
  })

  test('is said to be needless where no model is configured, and calls nothing unasked', async () => {
    let probed = 0
    const cli = createTestCli({ desks: { probeModels: async () => (probed++, []) } })
    await cli.run('doctor')
    expect(probed).toBe(0)
    await cli.run('doctor', '--llm')
    expect(cli.stdout()).toContain('none is configured: the rules committee assesses')
  })
})

describe('SIGHUP', () => {
  test('has the served desk take over limits read again; unusable ones change nothing', async () => {
    const environment: Record<string, string> = {}
    const seen: number[] = []
    const cli = createTestCli({
      owner: 'self',
      environment,
      desks: {
        serve: async () => ({
          url: 'http://127.0.0.1:4321',
          close: async () => ({ left: 0 }),
          setLimits: (config) => void seen.push(config.llmMaxConcurrency),
        }),
      },
    })
    const code = cli.run('serve')
    await cli.printed
    environment.LLM_MAX_CONCURRENCY = '3'
    cli.reload()
    environment.LLM_MAX_CONCURRENCY = 'three'
    cli.reload()
    expect(seen).toEqual([3])
    expect(cli.stderr()).toContain('The limits stay as they are: LLM_MAX_CONCURRENCY is "three"')
    cli.signal('SIGTERM')
    expect(await code).toBe(0)
  })
})
