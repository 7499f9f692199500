import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConflictError } from '../../src/core/errors.ts'
import { DeskAwayError } from '../../src/cli/client.ts'
import { createProgram } from '../../src/cli/command-line.ts'
import { SETTINGS } from '../../src/config.ts'
import { createCsvVendor } from '../../src/market/vendors/csv.ts'
import type { ServedDesk } from '../../src/cli/context.ts'
import type { NestedNode } from '../../src/runs/state.ts'
import { createTestCli, describeRun, type Answers, type TestCli } from '../support/cli-context.ts'
import { createTempDir } from '../support/temp-dir.ts'

const AAPL = 'AAPL--2026-11-20_10.00.00--0a1b2c'
const OLDER = 'AAPL--2026-11-19_09.00.00--3d4e5f'

describe('help', () => {
  test('names every command, with examples, on stdout', async () => {
    const cli = createTestCli()
    expect(await cli.run('--help')).toBe(0)
    for (const command of ['serve', 'assess', 'runs', 'show', 'logs', 'cancel', 'doctor']) {
      expect(cli.stdout()).toMatch(new RegExp(`^  ${command} `, 'm'))
    }
    expect(cli.stdout()).toContain('rundesk assess --tickers')
    expect(cli.stderr()).toBe('')
  })

  test.each(
    createProgram(createTestCli().context, () => Promise.resolve()).commands.map((command) => command.name()),
  )('of %s has an example', async (name) => {
    const cli = createTestCli()
    expect(await cli.run('help', name)).toBe(0)
    expect(cli.stdout()).toContain(`rundesk ${name}`)
    expect(cli.stdout()).toMatch(/Examples?:/)
  })

  test('and the README name the same commands', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    const { commands } = createProgram(createTestCli().context, () => Promise.resolve())
    const named = /rundesk -- --help +# (.+)/.exec(readme)![1]!.split(', ')
    expect(named).toEqual(commands.map((command) => command.name()))
  })

  test('without a command is shown on stderr, exit 2', async () => {
    const cli = createTestCli()
    expect(await cli.run()).toBe(2)
    expect(cli.stderr()).toContain('Commands:')
    expect(cli.stdout()).toBe('')
  })

  test('--version is that of the package', async () => {
    const cli = createTestCli()
    expect(await cli.run('--version')).toBe(0)
    expect(cli.stdout()).toBe('1.2.3\n')
  })
})

describe('a bad setting', () => {
  test('is one line on stderr, exit 2, and nothing is opened', async () => {
    const cli = createTestCli({ owner: 'self', environment: { PORT: '99999' } })
    expect(await cli.run('runs')).toBe(2)
    expect(cli.stderr()).toBe('PORT is "99999"; allowed: a whole number from 0 to 65535\n')
    expect(cli.opened).toEqual([])
  })
})

describe('runs', () => {
  test('asks with the filters given and prints one line a run', async () => {
    const cli = createTestCli({ answers: { 'GET /runs': () => [describeRun(AAPL)] } })
    expect(await cli.run('runs', '--status', 'completed', '--kind', 'assessment', '--ticker', 'AAPL')).toBe(0)
    expect(cli.requests).toContain('GET /runs?limit=20&status=completed&kind=assessment&ticker=AAPL')
    expect(cli.stdout()).toContain(`${AAPL}  assessment  2012-06-29  ✔ completed     100 %  BUY 0.62`)
    expect(cli.stdout()).toContain('Created (UTC)')
  })

  test('--json prints the summaries and nothing else, also when there are none', async () => {
    const cli = createTestCli({ answers: { 'GET /runs': () => [] } })
    expect(await cli.run('runs', '--json')).toBe(0)
    expect(cli.stdout()).toBe('{"runs":[]}\n')
    expect(cli.stderr()).toBe('')
  })

  test('takes the words it shows for the statuses of the desk, and says what kinds and limits look like', async () => {
    const cli = createTestCli({ answers: { 'GET /runs': () => [] } })
    await cli.run('runs', '--status', 'queued, Failed,in_progress,odd')
    expect(cli.requests).toContain('GET /runs?limit=20&status=pending%2Cerror%2Cin_progress%2Codd')
    await cli.run('runs', '--help')
    expect(cli.stdout()).toContain('(default: 20)')
    expect(cli.stdout()).toContain('queued, running, paused, completed, failed, canceled')
    expect(cli.stdout()).not.toMatch(/backtest|live/)
  })

  test('shows what nobody works on as interrupted, and how it goes on', async () => {
    const runs = [
      describeRun(AAPL, { status: 'in_progress', overall_progress: 40, decision: null }),
      describeRun(OLDER, { status: 'pending', overall_progress: 0, decision: null }),
    ]
    const answers: Answers = { 'GET /runs': () => runs, [`GET /runs/${AAPL}`]: () => runs[0] }
    const left = createTestCli({ owner: 'self', answers })
    await left.run('runs')
    expect(left.stdout().match(/◌ interrupted/g)).toHaveLength(2)
    expect(left.stderr()).toBe('Interrupted runs go on with: rundesk serve\n')
    await left.run('show', AAPL)
    expect(left.stdout()).toMatch(/Status +◌ interrupted at 40 %; it waits for `serve`\n/)
    const served = createTestCli({ owner: 'server', answers })
    await served.run('runs')
    expect(served.stdout()).toMatch(/● running .*\n.*○ queued/)
    expect(served.stderr()).toBe('')
  })

  test('says what to do where there are none', async () => {
    const cli = createTestCli({ answers: { 'GET /runs': () => [] } })
    await cli.run('runs')
    expect(cli.stdout()).toBe('')
    expect(cli.stderr()).toContain('rundesk assess --tickers')
  })
})

describe('a run by the beginning of its id', () => {
  const list: Answers = {
    'GET /runs': ({ url }) =>
      [
        describeRun(AAPL),
        describeRun(OLDER),
        describeRun('MSFT--2026-11-20_10.00.00--aaaaaa', { error: 'AAPL--2026' }),
      ].filter((run) => JSON.stringify(run).toLowerCase().includes(url.searchParams.get('q')!.toLowerCase())),
    'POST /runs/*': ({ url }) => describeRun(url.pathname.split('/')[2]!, { status: 'canceled' }),
  }

  test('is found when no other begins so, whatever the case', async () => {
    const cli = createTestCli({ answers: list })
    expect(await cli.run('cancel', 'aapl--2026-11-20')).toBe(0)
    expect(cli.requests).toContain(`POST /runs/${AAPL}/cancel`)
    expect(cli.stdout()).toBe(`${AAPL}  ⊘ canceled\n`)
  })

  test('is refused when several do, and names them', async () => {
    const cli = createTestCli({ answers: list })
    expect(await cli.run('cancel', 'AAPL--2026')).toBe(2)
    expect(cli.stderr()).toContain(`${AAPL}, ${OLDER}`)
    expect(cli.requests.some((line) => line.startsWith('POST'))).toBe(false)
  })

  test('is refused when none does', async () => {
    const cli = createTestCli({ answers: list })
    expect(await cli.run('show', 'IBM')).toBe(2)
    expect(cli.stderr()).toContain('RUN "IBM" is no run')
  })

  test('is searched beyond the first page', async () => {
    const others = Array.from({ length: 500 }, (_, i) =>
      describeRun(`MSFT--2026-11-20_10.00.00--${i.toString(16).padStart(6, '0')}`),
    )
    const cli = createTestCli({
      answers: {
        ...list,
        'GET /runs': ({ url }) =>
          url.searchParams.get('after') === others.at(-1)!.run_id ? [describeRun(AAPL)] : others,
      },
    })
    expect(await cli.run('cancel', 'AAPL')).toBe(0)
  })
})

describe('cancel', () => {
  test('goes on after one that cannot be canceled and keeps its exit code', async () => {
    const cli = createTestCli({
      answers: {
        [`POST /runs/${OLDER}/cancel`]: () => Response.json({ error: 'it is completed' }, { status: 409 }),
        [`POST /runs/${AAPL}/cancel`]: () => describeRun(AAPL, { status: 'canceled' }),
      },
    })
    expect(await cli.run('cancel', OLDER, AAPL)).toBe(1)
    expect(cli.stderr()).toBe('it is completed\n')
    expect(cli.stdout()).toContain(AAPL)
  })

  test('of an unknown run is exit 2', async () => {
    const cli = createTestCli()
    expect(await cli.run('cancel', AAPL)).toBe(2)
  })
})

describe('show', () => {
  const leaf = { started_at: null, ended_at: null, reason: null, children: [] as NestedNode[] }
  const tree: NestedNode[] = [
    {
      ...leaf,
      id: 'analysts',
      label: 'Analysts',
      node_type: 'phase',
      status: 'completed',
      duration_ms: 1_200,
      children: [
        {
          ...leaf,
          id: 'market',
          label: 'Market analyst',
          node_type: 'agent',
          status: 'completed',
          duration_ms: 1_200,
          children: [
            {
              ...leaf,
              id: 'market_report',
              label: 'Report',
              node_type: 'report',
              status: 'completed',
              duration_ms: 1_200,
            },
          ],
        },
        {
          ...leaf,
          id: 'news',
          label: 'News\u001b[31m analyst',
          node_type: 'agent',
          status: 'skipped',
          duration_ms: null,
          reason: 'no source of news is configured',
        },
      ],
    },
  ]
  const whole = {
    ...describeRun(AAPL),
    decision: {
      schema_version: 1,
      action: 'BUY',
      rating: 'Strong Buy',
      confidence: 0.62,
      confidence_basis: 'two of three agree',
      summary: 'The trend carries it.',
      risk_metrics: {
        entry: 584,
        stop_loss: 545.88,
        take_profit: 650.72,
        stop_loss_pct: -6.53,
        take_profit_pct: 11.42,
        risk_reward: 1.75,
      },
      position: { fraction_of_equity: 0.076, shares: 13, notional: 7_592, risk_amount: 495.56 },
      unverified: [{ number: '71 %', text: 'Margins of 71 % carry it.' }],
      provenance: { mode: 'llm', models: { trader: 'openai:gpt-4.1-mini', bull: 'openai:gpt-4.1-mini' } },
      usage: { calls: 14, input_tokens: 120_000, output_tokens: 9_000, cost_usd: 0.1234 },
    },
    input: {
      mode: 'llm',
      deep_model: 'openai:gpt-4.1',
      quick_model: 'openai:gpt-4.1-mini',
      role_models: { trader: 'ollama:llama3.1:8b' },
    },
    usage: { calls: 14, input_tokens: 120_000, output_tokens: 9_000, cost_usd: 0.1234 },
    budget: { usd: 2.5, tokens: null },
    execution_tree: tree,
    content: { market_report: 'x'.repeat(2_048) },
  }

  test('has the verdict with its levels, the steps with durations and reasons, and the reports', async () => {
    const cli = createTestCli({ answers: { [`GET /runs/${AAPL}`]: () => whole } })
    expect(await cli.run('show', AAPL)).toBe(0)
    const lines = cli
      .stdout()
      .split('\n')
      .map((line) => line.replaceAll(/(?<=\S) +/g, ' '))
    for (const line of [
      'What assessment of AAPL as of 2012-06-29',
      'Thinking openai:gpt-4.1 (the managers), openai:gpt-4.1-mini (everyone else), ollama:llama3.1:8b (trader)',
      'Used 0.1234 USD; 14 model calls, 120,000 tokens read, 9,000 written',
      'Budget at most 2.5000 USD',
      'Decision BUY (Strong Buy), confidence 0.62',
      'Figures that no evidence bears out 1',
      '  - 71 %: Margins of 71 % carry it.',
      '  stop loss 545.88 −6.53 %',
      '  reward to risk 1.75',
      '  position 7.6 % of equity: 13 shares, 7,592.00 in all, 495.56 at risk',
      '  ✔ Analysts 1.2 s',
      '    ✔ Market analyst 1.2 s',
      '    – News[31m analyst no source of news is configured',
      '  market_report Market analyst 2.0 KB',
    ]) {
      expect(lines).toContain(line)
    }
  })

  test('--json prints the state as the desk answers it', async () => {
    const cli = createTestCli({ answers: { [`GET /runs/${AAPL}`]: () => whole } })
    expect(await cli.run('show', AAPL, '--json')).toBe(0)
    expect(JSON.parse(cli.stdout())).toEqual(JSON.parse(JSON.stringify(whole)))
  })

  test('of a pruned run has what stays', async () => {
    const cli = createTestCli({
      answers: {
        [`GET /runs/${AAPL}/status`]: () => describeRun(AAPL),
        [`GET /runs/${AAPL}/decision`]: () => whole.decision,
      },
    })
    expect(await cli.run('show', AAPL)).toBe(0)
    expect(cli.stdout()).toContain('BUY (Strong Buy)')
    expect(cli.stdout()).toContain('files were pruned')
    expect(cli.stdout()).toMatch(/Thinking +openai:gpt-4\.1-mini\nUsed +0\.1234 USD; 14 model calls/)
  })

  test('says of the rules committee that it thinks, and of a run without bound or price that it has none', async () => {
    const rules = createTestCli({
      answers: { [`GET /runs/${AAPL}`]: () => ({ ...whole, decision: null, input: { mode: 'rules' } }) },
    })
    expect(await rules.run('show', AAPL)).toBe(0)
    expect(rules.stdout()).toMatch(/Thinking +the rules committee\n/)
    expect(rules.stdout()).not.toMatch(/^(Used|Budget)/m)
    const same = { mode: 'llm', deep_model: 'compatible:x', quick_model: 'compatible:x' }
    const usage = { calls: 1, input_tokens: 10, output_tokens: 2, cost_usd: null }
    const budget = { usd: null, tokens: null }
    const unpriced = createTestCli({
      answers: { [`GET /runs/${AAPL}`]: () => ({ ...whole, input: same, usage, budget }) },
    })
    expect(await unpriced.run('show', AAPL)).toBe(0)
    expect(unpriced.stdout()).toMatch(
      /Thinking +compatible:x \(everyone\)\nUsed +cost unknown; 1 model call, 10 tokens read, 2 written\nBudget +no bound\n/,
    )
  })
})

describe('logs', () => {
  const entry = (seq: number, message: string) => ({
    seq,
    ts: Date.UTC(2026, 10, 20, 10),
    iso: '2026-11-20T10:00:00.000Z',
    severity: 'INFO',
    source: 'market',
    agent_id: 'market',
    message,
  })

  /** A log that grows by one entry with each look at the status and ends with the third. */
  function createLog(): Answers {
    let looks = 0
    return {
      [`GET /runs/${AAPL}/status`]: () =>
        describeRun(AAPL, { status: ++looks >= 3 ? 'completed' : 'in_progress' }),
      [`GET /runs/${AAPL}/logs`]: ({ url }) => {
        const after = Number(url.searchParams.get('after_seq'))
        const entries = [1, 2, 3]
          .slice(0, looks)
          .filter((seq) => seq > after)
          .map((seq) => entry(seq, `line ${seq}`))
        return { entries, next_after_seq: entries.at(-1)?.seq ?? after }
      },
    }
  }

  test('--follow prints every entry once and ends with the run', async () => {
    const cli = createTestCli({ answers: createLog() })
    expect(await cli.run('logs', AAPL, '--follow')).toBe(0)
    expect(cli.stdout()).toBe(
      [1, 2, 3].map((seq) => `2026-11-20T10:00:00.000Z INFO  market  line ${seq}\n`).join(''),
    )
  })

  test('--follow does not wait for a run that nobody works on', async () => {
    const cli = createTestCli({ owner: 'self', answers: createLog() })
    expect(await cli.run('logs', AAPL, '--follow')).toBe(0)
    expect(cli.stdout()).toContain('line 1')
    expect(cli.stderr()).toContain('rundesk serve')
  })

  test('Ctrl-C ends the following with 130', async () => {
    const log = createLog()
    const cli: TestCli = createTestCli({
      answers: {
        ...log,
        [`GET /runs/${AAPL}/status`]: () => {
          cli.signal('SIGINT')
          return describeRun(AAPL, { status: 'in_progress' })
        },
      },
    })
    expect(await cli.run('logs', AAPL, '-f')).toBe(130)
  })

  test('filters are asked of the desk, page by page and past what they leave out', async () => {
    const pages = [
      { entries: Array.from({ length: 5_000 }, (_, i) => entry(i + 1, 'x')), next_after_seq: 5_000 },
      { entries: [entry(9_000, 'last')], next_after_seq: 12_345 },
    ]
    const cli = createTestCli({ answers: { [`GET /runs/${AAPL}/logs`]: () => pages.shift() } })
    const words = ['--severity', 'WARN', '--source', 'trader,tool', '--search', 'no bars']
    expect(await cli.run('logs', AAPL, ...words)).toBe(0)
    const asked = cli.requests.filter((request) => request.includes('/logs?'))
    const filter = 'severity=WARN&source=trader%2Ctool&q=no+bars'
    expect(asked).toEqual(
      [0, 5_000].map((after) => `GET /runs/${AAPL}/logs?${filter}&after_seq=${after}&limit=5000`),
    )
    expect(cli.stdout()).toMatch(/INFO {2}market {2}last\n$/)
  })

  test('a filter that cannot be read is refused in the words of the desk', async () => {
    const refusal = Response.json({ error: 'severity is "LOUD"; allowed: …' }, { status: 400 })
    const cli = createTestCli({ answers: { [`GET /runs/${AAPL}/logs`]: () => refusal } })
    expect(await cli.run('logs', AAPL, '--severity', 'LOUD')).not.toBe(0)
    expect(cli.stderr()).toContain('severity is "LOUD"')
    expect(cli.stdout()).toBe('')
  })

  test('keeps the lines of an entry together and control characters out', async () => {
    const cli = createTestCli({
      answers: {
        [`GET /runs/${AAPL}/logs`]: () => ({
          entries: [entry(1, 'first\nsecond\u001b]0;title\u0007')],
          next_after_seq: 1,
        }),
      },
    })
    await cli.run('logs', AAPL)
    expect(cli.stdout()).toBe('2026-11-20T10:00:00.000Z INFO  market  first\n    second]0;title\n')
  })
})

describe('doctor', () => {
  async function doctor(
    environment: Record<string, string>,
    options: Parameters<typeof createTestCli>[0] = {},
  ) {
    const dir = await createTempDir()
    const cli = createTestCli({
      owner: 'self',
      ...options,
      environment: { DATA_DIR: join(dir, 'data'), RESULTS_DIR: join(dir, 'results'), ...environment },
    })
    return { cli, dir, code: await cli.run('doctor') }
  }

  test('shows every setting with value, source and meaning, and secrets of none', async () => {
    const { cli, code } = await doctor({ AUTH_PASSWORD: 'hunter2 hunter2', MAX_PARALLEL_RUNS: '4' })
    expect(code).toBe(0)
    for (const { env } of Object.values(SETTINGS)) expect(cli.stdout()).toMatch(new RegExp(`^${env} `, 'm'))
    expect(cli.stdout()).toMatch(/^MAX_PARALLEL_RUNS +4 +environment +Runs that work at the same time\./m)
    expect(cli.stdout()).toMatch(/^AUTH_PASSWORD +set, not shown +environment/m)
    expect(cli.stdout() + cli.stderr()).not.toContain('hunter2')
  })

  test('says who is told of runs that end, and whether they can know who tells them', async () => {
    const url = { NOTIFY_WEBHOOK_URL: 'https://hooks.example:8443/desk?key=hidden' }
    const unsigned = await doctor(url)
    expect(unsigned.cli.stdout()).toMatch(/⚠ +Messages +hooks.example:8443 is told .* unsigned/)
    const signed = await doctor({ ...url, NOTIFY_WEBHOOK_SECRET: 'hunter2 hunter2' })
    expect(signed.cli.stdout()).toMatch(/✔ +Messages +hooks.example:8443 is told .*, signed/)
    expect(signed.cli.stdout()).not.toContain('hunter2')
  })

  test('works with bad settings: each is a line, and the rest is checked all the same', async () => {
    const { cli, code } = await doctor({ PORT: '99999', HOST: '0.0.0.0', MARKET_VENDOR: 'oracle' })
    expect(code).toBe(1)
    expect(cli.stdout()).toContain('PORT is "99999"; allowed: a whole number from 0 to 65535')
    expect(cli.stdout()).toContain('HOST is "0.0.0.0"; allowed without AUTH_PASSWORD')
    expect(cli.stdout()).toMatch(/✔ +DATA_DIR/)
    expect(cli.stdout()).toMatch(/✔ +Index/)
    expect(cli.stdout()).not.toMatch(/^. +Prices/m)
  })

  test('names what is wrong with folders, prices and index', async () => {
    const dir = await createTempDir()
    writeFileSync(join(dir, 'file'), '')
    const cli = createTestCli({
      owner: 'self',
      environment: { DATA_DIR: join(dir, 'file'), RESULTS_DIR: join(dir, 'results') },
      desks: {
        listPrices: () => Promise.reject(new Error('CSV_DIR is empty')),
        inspectStore: async () => ({
          storedRuns: 3,
          indexedRuns: 1,
          indexProblems: ['active.json cannot be read'],
        }),
      },
    })
    expect(await cli.run('doctor')).toBe(1)
    expect(cli.stdout()).toMatch(/✖ +DATA_DIR .*is not a folder/)
    expect(cli.stdout()).toMatch(/✔ +RESULTS_DIR .*will be made/)
    expect(cli.stdout()).toMatch(/✖ +Prices +CSV_DIR is empty/)
    expect(cli.stdout()).toMatch(
      /✖ +Index +shows 1 of 3 stored runs; active.json cannot be read; .*doctor --reindex/,
    )
  })

  test('takes no offence at an index that its owner is writing', async () => {
    const inspectStore = async () => ({ storedRuns: 3, indexedRuns: 1, indexProblems: ['it is in use'] })
    const { cli, code } = await doctor({}, { owner: 'server', desks: { inspectStore } })
    expect(code).toBe(0)
    expect(cli.stdout()).toMatch(/✔ +Index +shows 1 of 3 stored runs/)
  })

  test('says who owns the data directory', async () => {
    const { cli } = await doctor({}, { owner: 'server' })
    expect(cli.stdout()).toMatch(
      /✔ +Server +one is at http:\/\/127\.0\.0\.1:4321 and owns the data directory/,
    )
    const busy: Answers = { 'GET /readyz': () => Response.json({ error: 'not ready' }, { status: 503 }) }
    const { cli: other, code } = await doctor({}, { owner: 'server', answers: busy })
    expect(other.stdout()).toMatch(/✖ +Server .*not ready/)
    expect(code).toBe(1)
  })

  test('names each price file that cannot be used and those passed over, without control bytes', async () => {
    const dir = await createTempDir()
    const header = 'Date,Open,High,Low,Close,Volume\n'
    await writeFile(join(dir, 'GOOD.csv'), `${header}2012-01-03,10,11,9,10,1000\n`)
    await writeFile(join(dir, 'HEAD.csv'), 'Day\u009b2J,Price\n')
    await writeFile(join(dir, 'ROW.csv'), `${header}2012-01-03,10,11,9,\u001b[2J,1000\n`)
    await writeFile(join(dir, 'NONE.csv'), header)
    await writeFile(join(dir, 'no ticker\u009b2J.csv'), header)
    const listPrices = async () => {
      const vendor = createCsvVendor(dir)
      return { vendor: vendor.name, listings: await vendor.listings(), strays: await vendor.strays() }
    }
    const { cli, code } = await doctor({}, { desks: { listPrices } })
    expect(code).toBe(1)
    expect(cli.stdout()).toMatch(/✔ +Prices +vendor csv has GOOD 2012-01-03 to 2012-01-03\n/)
    expect(cli.stdout()).toMatch(/✖ +Prices +HEAD: line 1: no column for date/)
    expect(cli.stdout()).toMatch(/✖ +Prices +ROW: line 2: close is/)
    expect(cli.stdout()).toMatch(/✖ +Prices +NONE: the file has no rows/)
    expect(cli.stdout()).toMatch(/⚠ +Prices +the file "no ticker2J.csv" is passed over/)
    // eslint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(cli.stdout()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  test('changes nothing', async () => {
    const { dir } = await doctor({})
    expect(readdirSync(dir)).toEqual([])
  })

  test('--reindex says how many runs the index shows', async () => {
    const cli = createTestCli({ owner: 'self', desks: { reindex: async () => ({ runs: 12 }) } })
    expect(await cli.run('doctor', '--reindex')).toBe(0)
    expect(cli.stdout()).toBe('The index shows 12 runs again.\n')
  })

  test('--reindex is refused while a server owns the data directory', async () => {
    const cli = createTestCli({ owner: 'server' })
    expect(await cli.run('doctor', '--reindex')).toBe(1)
    expect(cli.stderr()).toContain('stop it first')
  })
})

describe('serve', () => {
  /** No one owns the data directory, and serving succeeds. */
  function createServed(close: ServedDesk['close'] = async () => ({ left: 0 })) {
    return { serve: async () => ({ url: 'http://127.0.0.1:4321', close, setLimits: () => undefined }) }
  }

  test('prints the address once ready and stops in order with a signal', async () => {
    let closed = 0
    const cli = createTestCli({ owner: 'self', desks: createServed(async () => ({ left: closed++ })) })
    const code = cli.run('serve', '--port', '0')
    await cli.printed
    expect(cli.stdout()).toBe('Rundesk is at http://127.0.0.1:4321\n')
    expect(closed).toBe(0)
    cli.signal('SIGTERM')
    expect(await code).toBe(0)
    expect(closed).toBe(1)
  })

  test.each([
    [0, 'Stopped'],
    [1, 'Stopped; 1 run goes on at the next start'],
    [2, 'Stopped; 2 runs go on at the next start'],
  ])('says on a terminal, with %i runs left, in one line what became of them', async (left, line) => {
    const cli = createTestCli({
      owner: 'self',
      isTerminal: true,
      desks: createServed(async () => ({ left })),
    })
    const code = cli.run('serve')
    await cli.printed
    cli.signal('SIGINT')
    expect(await code).toBe(0)
    expect(cli.stderr().trim()).toBe(line)
  })

  test('ends at once with a second signal', async () => {
    const cli = createTestCli({ owner: 'self', desks: createServed(() => new Promise(() => undefined)) })
    const code = cli.run('serve')
    await cli.printed
    cli.signal('SIGINT')
    cli.signal('SIGINT')
    expect(cli.exits).toEqual([130])
    // One that takes longer than it may is cut short as well.
    expect(await code).toBe(130)
    expect(cli.stderr()).toContain('cut short')
  })

  test('hands --host and --port on as settings and refuses bad ones', async () => {
    const seen: unknown[] = []
    const cli = createTestCli({
      owner: 'self',
      desks: {
        serve: async ({ config, sources }) => {
          seen.push(config.port, sources.port, config.host)
          throw new Error('PORT 4321 on 127.0.0.1 is in use; choose another with --port')
        },
      },
    })
    expect(await cli.run('serve', '--port', '4321', '--host', 'localhost')).toBe(1)
    expect(seen).toEqual([4321, 'flag', 'localhost'])
    expect(cli.stderr()).toBe('PORT 4321 on 127.0.0.1 is in use; choose another with --port\n')
    expect(await cli.run('serve', '--port', 'http')).toBe(2)
    expect(await cli.run('serve', '--host', '0.0.0.0')).toBe(2)
  })
})

describe('connecting', () => {
  const answers: Answers = { 'GET /runs': () => [] }

  test('waits for an owner that is starting', async () => {
    let asked = 0
    const cli = createTestCli({
      answers: {
        ...answers,
        'GET /readyz': () =>
          ++asked < 4
            ? Response.json({ error: 'the desk is starting' }, { status: 503 })
            : { status: 'ready' },
      },
    })
    expect(await cli.run('runs')).toBe(0)
    expect(asked).toBe(4)
  })

  test('gives an owner up that never is ready', async () => {
    const busy = () => Response.json({ error: 'not ready' }, { status: 503 })
    const cli = createTestCli({ answers: { ...answers, 'GET /readyz': busy } })
    expect(await cli.run('runs')).toBe(1)
    expect(cli.stderr()).toContain('is not ready')
    expect(cli.closed).toBe(cli.requests.length)
  })

  test('goes to the owner that came first where both wanted the data directory', async () => {
    const winner = createTestCli({ owner: 'server', answers })
    let hasWon = false
    const cli = createTestCli({
      desks: {
        findOwner: async (config) => (hasWon ? winner.context.desks.findOwner(config) : null),
        openOwn: async () => {
          hasWon = true
          throw new ConflictError('another process owns the data directory')
        },
      },
    })
    expect(await cli.run('runs', '--json')).toBe(0)
    expect(winner.requests).toContain('GET /runs?limit=20')
  })

  test('asks the desk of another command, and one of its own when that has ended under the question', async () => {
    const other = createTestCli({
      owner: 'command',
      answers: {
        'GET /runs': () => {
          throw new DeskAwayError('the desk does not answer')
        },
      },
    })
    let isOver = false
    const cli = createTestCli({
      owner: 'self',
      answers: { 'GET /runs': () => [describeRun(AAPL)] },
      desks: {
        async findOwner(config) {
          if (isOver) return null
          isOver = true
          return other.context.desks.findOwner(config)
        },
      },
    })
    expect(await cli.run('runs', '--json')).toBe(0)
    expect(other.requests).toContain('GET /runs?limit=20')
    expect(other.closed).toBe(1)
    expect(JSON.parse(cli.stdout())).toMatchObject({ runs: [{ run_id: AAPL }] })
  })

  test('a log is followed from the desk of a command on to one’s own, each entry once', async () => {
    const page = (seqs: number[]) => ({
      entries: seqs.map((seq) => ({ seq, ts: 0, severity: 'INFO', source: 's', message: `line ${seq}` })),
      next_after_seq: seqs.at(-1),
    })
    let looks = 0
    const other = createTestCli({
      owner: 'command',
      answers: {
        [`GET /runs/${AAPL}/status`]: () => {
          if (++looks > 1) throw new DeskAwayError('the desk does not answer')
          return describeRun(AAPL, { status: 'in_progress' })
        },
        [`GET /runs/${AAPL}/logs`]: () => page([1, 2]),
      },
    })
    const cli = createTestCli({
      owner: 'self',
      answers: {
        [`GET /runs/${AAPL}/status`]: () => describeRun(AAPL),
        [`GET /runs/${AAPL}/logs`]: ({ url }) =>
          page([1, 2, 3].slice(Number(url.searchParams.get('after_seq')))),
      },
      desks: { findOwner: async (config) => (looks > 1 ? null : other.context.desks.findOwner(config)) },
    })
    expect(await cli.run('logs', AAPL, '--follow')).toBe(0)
    expect(cli.stdout().match(/line \d/g)).toEqual(['line 1', 'line 2', 'line 3'])
  })

  describe('to launch or to serve', () => {
    /** Another command owns the data directory for the first looks. */
    function createBusy(looksUntilFree: number) {
      const other = createTestCli({ owner: 'command' })
      let looks = 0
      const cli = createTestCli({
        owner: 'self',
        answers: {
          'POST /start-multi': () => ({
            batch_id: 'b',
            runs: [{ run_id: AAPL, ticker: 'AAPL', status: 'pending' }],
          }),
          'GET /runs': () => [describeRun(AAPL)],
        },
        desks: {
          findOwner: async (config) =>
            ++looks > looksUntilFree ? null : other.context.desks.findOwner(config),
          serve: async () => ({
            url: 'http://127.0.0.1:1',
            close: async () => ({ left: 0 }),
            setLimits: () => undefined,
          }),
        },
      })
      return { cli, other }
    }

    test('waits for another command to end: its runs would stop with it', async () => {
      const { cli, other } = createBusy(3)
      expect(await cli.run('assess', '--tickers', 'AAPL')).toBe(0)
      expect(cli.opened).toHaveLength(1)
      expect(other.requests.filter((line) => line !== 'GET /readyz')).toEqual([])
      expect(cli.stderr().match(/Another command works/g)).toHaveLength(1)
    })

    test('serve waits as well', async () => {
      const { cli } = createBusy(3)
      const code = cli.run('serve')
      await cli.printed
      cli.signal('SIGTERM')
      expect(await code).toBe(0)
    })

    test.each([['assess', '--tickers', 'AAPL'], ['serve']])(
      'Ctrl-C ends the wait of %s',
      async (...words) => {
        const { cli } = createBusy(Number.POSITIVE_INFINITY)
        const { findOwner } = cli.context.desks
        let looks = 0
        cli.context.desks.findOwner = (config) => {
          if (++looks === 3) cli.signal('SIGINT')
          return findOwner(config)
        }
        expect(await cli.run(...words)).toBe(130)
        expect(cli.opened).toEqual([])
      },
    )

    test('serve is refused where a server runs', async () => {
      const cli = createTestCli({ owner: 'server' })
      expect(await cli.run('serve')).toBe(1)
      expect(cli.stderr()).toContain('it is served already at http://127.0.0.1:4321\n')
    })
  })
})

describe('prune', () => {
  const settings = { max_per_ticker: 20, max_age_days: 7, pack_after_hours: 24, interval_seconds: 300 }
  const due = {
    ...{ run_id: AAPL, ticker: 'AAPL', status: 'completed', ended_at: '2026-11-01T09:00:00.000Z' },
    ...{ reason: 'ended more than 7 days ago', bytes: 20_480 },
  }
  const { bytes: _bytes, ...watched } = { ...due, run_id: OLDER, kept_because: 'watched' }

  test('--dry-run asks for the preview alone and says what would go, what stays, and why', async () => {
    const preview = {
      ...{ at: '2026-11-20T10:00:00.000Z', settings, due: [due], kept: [watched], freed_bytes: 20_480 },
      ...{ to_pack: [{ run_id: OLDER, ticker: 'AAPL', ended_at: null, bytes: 4_096 }], pack_bytes: 4_096 },
    }
    const cli = createTestCli({ answers: { 'GET /retention': () => preview } })
    expect(await cli.run('prune', '--dry-run')).toBe(0)
    expect(cli.requests.filter((request) => request.includes('retention'))).toEqual(['GET /retention'])
    expect(cli.stdout()).toBe(
      `Kept are the newest 20 of each ticker that ended within 7 days.
Would be deleted: the files of 1 run, 20.0 KB.
Run                                Ended (UTC)             Size  Why
${AAPL}  2026-11-01 09:00:00  20.0 KB  ended more than 7 days ago
Kept back: 1 run.
Run                                Would go, for               Stays, for
${OLDER}  ended more than 7 days ago  somebody looks at it
Would be packed: 1 run, 4.0 KB.
`,
    )
    const json = createTestCli({ answers: { 'GET /retention': () => preview } })
    expect(await json.run('prune', '--dry-run', '--json')).toBe(0)
    expect(JSON.parse(json.stdout())).toEqual(preview)
  })

  test('--dry-run says that nothing goes where nothing is ever deleted', async () => {
    const none = { due: [], kept: [], to_pack: [], freed_bytes: 0, pack_bytes: 0 }
    const preview = { at: '', settings: { ...settings, max_age_days: 0 }, ...none }
    const cli = createTestCli({ answers: { 'GET /retention': () => preview } })
    expect(await cli.run('prune', '--dry-run')).toBe(0)
    expect(cli.stdout()).toBe(
      'Nothing is deleted (RUN_RESULTS_MAX_AGE_DAYS=0).\nNo files would be deleted.\nNothing would be packed; that is done 24 hours after the end of a run.\n',
    )
  })

  test('says what was done, and exits 1 where something could not be', async () => {
    const report = {
      ...{ at: '2026-11-20T10:00:00.000Z', pruned: [due], kept: [], freed_bytes: 20_480, saved_bytes: 3_072 },
      packed: [{ run_id: OLDER, ticker: 'AAPL', ended_at: null, bytes: 4_096, packed_bytes: 1_024 }],
      failed: [] as object[],
    }
    const cli = createTestCli({ answers: { 'POST /retention/prune': () => report } })
    expect(await cli.run('prune')).toBe(0)
    expect(cli.stdout()).toContain('Deleted: the files of 1 run, 20.0 KB.\n')
    expect(cli.stdout()).toContain('Packed: 1 run, which saves 3.0 KB.\n')
    const failed = [{ run_id: OLDER, ticker: 'AAPL', action: 'pack', error: 'no space left on the disk' }]
    const broken = createTestCli({ answers: { 'POST /retention/prune': () => ({ ...report, failed }) } })
    expect(await broken.run('prune')).toBe(1)
    expect(broken.stdout()).toContain(`Not packed: ${OLDER}: no space left on the disk\n`)
  })
})
