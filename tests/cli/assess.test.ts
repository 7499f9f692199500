import { describe, expect, test } from 'vitest'
import { DeskAwayError } from '../../src/cli/client.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { createTestCli, describeRun, type Answers, type TestCli } from '../support/cli-context.ts'

const AAPL = 'AAPL--2026-11-20_10.00.00--0a1b2c'
const MSFT = 'MSFT--2026-11-20_10.00.00--3d4e5f'
const LAUNCHED = {
  batch_id: 'batch-20261120100000-0a1b2c',
  runs: [AAPL, MSFT].map((run_id) => ({ run_id, ticker: run_id.slice(0, 4), status: 'pending' })),
}
const WORKING: Partial<Summary> = {
  status: 'in_progress',
  overall_progress: 40,
  progress_message: 'Research',
  eta_seconds: 5,
  ended_at: null,
  decision: null,
}

/** Each look at the batch shows the next of these; the last one stays. */
function createBatch(...looks: Partial<Summary>[][]): Answers {
  let look = 0
  return {
    'POST /start-multi': () => Response.json(LAUNCHED, { status: 202 }),
    'GET /runs': () => {
      const facts = looks[Math.min(look++, looks.length - 1)]!
      return [describeRun(MSFT, facts[1]), describeRun(AAPL, facts[0])]
    },
    [`GET /runs/${AAPL}/decision`]: () => ({ run_id: AAPL, action: 'BUY', confidence: 0.62 }),
    [`GET /runs/${MSFT}/decision`]: () => ({ run_id: MSFT, action: 'HOLD', confidence: 0.5 }),
  }
}

const ARGUMENTS = ['assess', '--tickers', 'AAPL,MSFT', '--as-of', '2012-06-29']

describe('a launch', () => {
  test('sends what was asked and follows the batch until every run has ended', async () => {
    const cli = createTestCli({ answers: createBatch([WORKING, WORKING], [{}, WORKING], [{}, {}]) })
    expect(await cli.run(...ARGUMENTS, '--analysts', 'market,news', '--rounds', '2', '--repeats', '1')).toBe(
      0,
    )
    expect(cli.bodies).toEqual([
      {
        company_symbols: 'AAPL,MSFT',
        as_of: '2012-06-29',
        analysts: 'market,news',
        rounds: '2',
        repeats: '1',
      },
    ])
    expect(cli.requests.filter((line) => line.startsWith('GET /runs?batch='))).toHaveLength(3)
    expect(cli.closed).toBe(1)
  })

  test('ends with one line a run on stdout, in the order of the launch', async () => {
    const cli = createTestCli({
      answers: createBatch([{}, { decision: { action: 'HOLD', confidence: 0.5 } }]),
    })
    await cli.run(...ARGUMENTS)
    const [head, first, second] = cli.stdout().split('\n')
    expect(head).toMatch(/^Ticker +As of +Status +Decision +Confidence +Time +Run$/)
    expect(first).toBe(`AAPL    2012-06-29  ✔ completed  BUY             0.62  3.4 s  ${AAPL}`)
    expect(second).toBe(`MSFT    2012-06-29  ✔ completed  HOLD            0.50  3.4 s  ${MSFT}`)
    expect(cli.stderr()).toBe('')
  })

  test('with --json prints one document on stdout, with the decisions as the desk has them, and nothing else', async () => {
    const cli = createTestCli({ answers: createBatch([WORKING, WORKING], [{}, {}]), isTerminal: true })
    expect(await cli.run(...ARGUMENTS, '--json')).toBe(0)
    expect(cli.stdout().endsWith('}\n')).toBe(true)
    expect(JSON.parse(cli.stdout())).toEqual({
      runs: [
        {
          run_id: AAPL,
          ticker: 'AAPL',
          status: 'completed',
          decision: { run_id: AAPL, action: 'BUY', confidence: 0.62 },
        },
        {
          run_id: MSFT,
          ticker: 'MSFT',
          status: 'completed',
          decision: { run_id: MSFT, action: 'HOLD', confidence: 0.5 },
        },
      ],
    })
    expect(cli.stderr()).toContain('40 %')
  })

  test.each([
    ['error', { status: 'error', decision: null, error: 'the prices are gone\u001b[2J' }],
    ['canceled', { status: 'canceled', decision: null }],
  ] as const)('exits 1 when a run ends as %s, and keeps the verdict of the other', async (word, facts) => {
    const cli = createTestCli({ answers: createBatch([{}, facts]) })
    expect(await cli.run(...ARGUMENTS)).toBe(1)
    expect(cli.stdout()).toMatch(word === 'error' ? /MSFT .*failed/ : /MSFT .*canceled/)
    expect(cli.stdout()).toMatch(/AAPL .*BUY/)
    expect(cli.stderr()).toBe(word === 'error' ? 'MSFT: the prices are gone[2J\n' : '')
  })

  test('a run without a decision has null for it in JSON', async () => {
    const cli = createTestCli({ answers: createBatch([{}, { status: 'canceled', decision: null }]) })
    expect(await cli.run(...ARGUMENTS, '--json')).toBe(1)
    expect(JSON.parse(cli.stdout()).runs[1]).toEqual({
      run_id: MSFT,
      ticker: 'MSFT',
      status: 'canceled',
      decision: null,
    })
  })
})

describe('a refusal', () => {
  const refuse = (status: number, error: string): Answers => ({
    'POST /start-multi': () => Response.json({ error }, { status }),
  })

  test.each([
    [400, 2],
    [429, 1],
    [500, 1],
  ])('answered %d is the message of the desk on stderr and exit %d', async (status, code) => {
    const cli = createTestCli({ answers: refuse(status, 'as_of "2012-02-30" is not a date') })
    expect(await cli.run(...ARGUMENTS, '--json')).toBe(code)
    expect(cli.stderr()).toBe('as_of "2012-02-30" is not a date\n')
    expect(cli.stdout()).toBe('')
    expect(cli.closed).toBe(1)
  })

  test.each([
    [['assess'], '--tickers is missing'],
    [['assess', '--ticker', 'AAPL'], 'Did you mean --tickers?'],
    [['asses', '--tickers', 'AAPL'], 'Did you mean assess?'],
    [['assess', '--tickers', 'AAPL', '--parallel', '0'], 'a whole number from 1 to 1000'],
    [['assess', 'AAPL'], 'too many arguments'],
  ])('of %j is exit 2 before anything is asked', async (words, message) => {
    const cli = createTestCli()
    expect(await cli.run(...words)).toBe(2)
    expect(cli.stderr()).toContain(message)
    expect(cli.stdout()).toBe('')
    expect(cli.requests).toEqual([])
  })
})

describe('--parallel', () => {
  test('limits a desk of one’s own', async () => {
    const cli = createTestCli({
      owner: 'self',
      answers: createBatch([{}, {}]),
      environment: { MAX_PARALLEL_RUNS: '7' },
    })
    await cli.run(...ARGUMENTS, '--parallel', '3')
    expect(cli.opened[0]!.config.maxParallelRuns).toBe(3)
    expect(cli.opened[0]!.sources.maxParallelRuns).toBe('flag')
  })

  test('is said to be one where one run works at a time', async () => {
    const environment = { ENABLE_MULTI_RUN: '0' }
    const cli = createTestCli({ owner: 'self', answers: createBatch([{}, {}]), environment })
    await cli.run(...ARGUMENTS, '--parallel', '3')
    expect(cli.stderr()).toBe('ENABLE_MULTI_RUN is 0: one run works at a time, not --parallel 3\n')
    const quiet = createTestCli({ owner: 'self', answers: createBatch([{}, {}]), environment })
    await quiet.run(...ARGUMENTS)
    expect(quiet.stderr()).toBe('')
  })

  test('is said to have no effect on a server', async () => {
    const cli = createTestCli({ owner: 'server', answers: createBatch([{}, {}]) })
    expect(await cli.run(...ARGUMENTS, '--parallel', '3')).toBe(0)
    expect(cli.stderr()).toContain('its MAX_PARALLEL_RUNS applies')
  })
})

describe('Ctrl-C', () => {
  /** A batch that never ends, interrupted at its third look. */
  function interruptAtThirdLook(cli: () => TestCli): Answers {
    const batch = createBatch([{}, WORKING])
    let looks = 0
    return {
      ...batch,
      'GET /runs': (request) => {
        if (++looks === 3) cli().signal('SIGINT')
        return batch['GET /runs']!(request)
      },
    }
  }

  test('with a server detaches: exit 130, and how to cancel what still runs', async () => {
    const cli: TestCli = createTestCli({ owner: 'server', answers: interruptAtThirdLook(() => cli) })
    expect(await cli.run(...ARGUMENTS)).toBe(130)
    expect(cli.stderr()).toContain('Detached')
    expect(cli.stderr()).toContain(`rundesk cancel ${MSFT}\n`)
    expect(cli.stderr()).toContain(`browser: http://127.0.0.1:4321/runs?batch=${LAUNCHED.batch_id}\n`)
    expect(cli.requests.some((line) => line.includes('/cancel'))).toBe(false)
    expect(cli.closed).toBe(1)
  })

  test('with a desk of one’s own stops it in order and says how the runs go on', async () => {
    const cli: TestCli = createTestCli({ owner: 'self', answers: interruptAtThirdLook(() => cli) })
    expect(await cli.run(...ARGUMENTS, '--json')).toBe(130)
    expect(cli.closed).toBe(1)
    expect(cli.stderr()).toContain('rundesk serve')
    const { runs } = JSON.parse(cli.stdout()) as { runs: { status: string }[] }
    expect(runs.map((run) => run.status)).toEqual(['completed', 'in_progress'])
  })

  test('twice ends the process at once', async () => {
    const batch = createBatch([WORKING, WORKING])
    const cli: TestCli = createTestCli({
      answers: {
        ...batch,
        'GET /runs': (request) => {
          cli.signal('SIGINT')
          cli.signal('SIGINT')
          return batch['GET /runs']!(request)
        },
      },
    })
    await cli.run(...ARGUMENTS)
    expect(cli.exits).toEqual([130])
  })
})

describe('a server that goes away', () => {
  test('is waited for, and its runs are followed on', async () => {
    const batch = createBatch([{}, {}])
    let looks = 0
    const cli = createTestCli({
      isTerminal: true,
      answers: {
        ...batch,
        'GET /runs': (request) => {
          looks += 1
          if (looks < 4) throw new DeskAwayError('the desk does not answer')
          if (looks === 4) return Response.json({ error: 'the desk is starting' }, { status: 503 })
          return batch['GET /runs']!(request)
        },
      },
    })
    expect(await cli.run(...ARGUMENTS)).toBe(0)
    expect(cli.stderr()).toContain('The server went away')
    expect(cli.stderr().match(/The server is back/g)).toHaveLength(1)
  })

  test('for more than a minute is an error', async () => {
    const away = () => {
      throw new DeskAwayError('the desk does not answer')
    }
    const cli = createTestCli({ answers: { ...createBatch([{}, {}]), 'GET /runs': away } })
    expect(await cli.run(...ARGUMENTS)).toBe(1)
    expect(cli.stderr()).toContain('the server is gone; its runs go on when it is started again')
  })
})

describe('progress', () => {
  test('is drawn over on a terminal, cut to its width, and gone at the end', async () => {
    const message = 'a very long message that would not fit into the line of a narrow terminal'
    const cli = createTestCli({
      answers: createBatch([{ ...WORKING, progress_message: message }, WORKING], [{}, WORKING], [{}, {}]),
      isTerminal: true,
      columns: 60,
    })
    await cli.run(...ARGUMENTS)
    const [up, erase] = ['\u001b[3A', '\u001b[J']
    const lines = cli.stderr().replaceAll(up, '').replaceAll(erase, '').replaceAll('\r', '').split('\n')
    expect(lines.some((line) => line.includes('AAPL') && line.includes('40 %') && line.endsWith('…'))).toBe(
      true,
    )
    expect(lines.every((line) => [...line].length < 60)).toBe(true)
    expect(cli.stderr().endsWith('\u001b[3A\r\u001b[J')).toBe(true)
  })

  test('is silent where stderr is no terminal', async () => {
    const cli = createTestCli({ answers: createBatch([WORKING, WORKING], [{}, {}]) })
    await cli.run(...ARGUMENTS)
    expect(cli.stderr()).toBe('')
  })
})
