import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, describe, expect, test } from 'vitest'
import { createSocketFetch } from '../../src/cli/socket-fetch.ts'
import { decisionSchema } from '../../src/committee/decision.ts'
import type { Summary } from '../../src/runs/summary.ts'
import { connectOwner } from '../../src/storage/owner-socket.ts'
import { runCli, startCli, type CliProcess } from '../support/cli-process.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

/** Long enough that a run is at work while the test does something to it. */
const SLOW = { DEMO_STEP_DELAY_MS: '200' }

function createDesk(env: Record<string, string> = {}) {
  const { root, dataDir, resultsDir } = createTempDesk()
  const options = { cwd: root, env: { DATA_DIR: dataDir, RESULTS_DIR: resultsDir, ...env } }
  return {
    dataDir,
    run: (...words: string[]) => runCli(words, options),
    start(...words: string[]): CliProcess {
      const started = startCli(words, options)
      onTestFinished(() => void started.process.kill('SIGKILL'))
      return started
    },
    /** Under the same settings, but for those that are given. */
    async serve(other: Record<string, string> = {}): Promise<ServerProcess> {
      const server = await startServer({ dataDir, resultsDir, env: { ...env, ...other } })
      onTestFinished(() => void server.process.kill('SIGKILL'))
      return server
    },
  }
}

type Desk = ReturnType<typeof createDesk>

/** The only run of the desk once it works, as whichever process owns the desk says. */
async function findWorking(desk: Desk): Promise<string> {
  let found: Summary | undefined
  const status = async () => (found = (await listByOwner(desk))[0])?.status
  await expect.poll(status, { timeout: 15_000, interval: 20 }).toBe('in_progress')
  return found!.run_id
}

async function listByOwner({ dataDir }: Desk): Promise<Summary[]> {
  const owner = await connectOwner(dataDir)
  if (!owner) return []
  try {
    const response = await createSocketFetch(owner.socketPath)('/runs')
    // An owner that is still opening its desk says so.
    return response.ok ? ((await response.json()) as Summary[]) : []
  } finally {
    await owner.close()
  }
}

async function listByCommand(desk: Desk): Promise<Summary[]> {
  const { stdout } = await desk.run('runs', '--json')
  return (JSON.parse(stdout || '{"runs":[]}') as { runs: Summary[] }).runs
}

const ASSESS = ['assess', '--tickers', 'AAPL', '--as-of', '2012-06-29']

describe('without a server', () => {
  test('assess --json prints one document with a real decision', async () => {
    const desk = createDesk()
    const { code, stdout } = await desk.run(
      'assess',
      '--tickers',
      'aapl,IBM',
      '--as-of',
      '2012-06-29',
      '--json',
    )
    expect(code).toBe(0)
    const { runs } = JSON.parse(stdout) as { runs: { ticker: string; status: string; decision: unknown }[] }
    expect(runs.map(({ ticker, status }) => `${ticker} ${status}`)).toEqual([
      'AAPL completed',
      'IBM completed',
    ])
    for (const run of runs) expect(decisionSchema.parse(run.decision).ticker).toBe(run.ticker)

    const list = await listByCommand(desk)
    expect(list).toHaveLength(2)
    const [shown, log] = await Promise.all([
      desk.run('show', list[0]!.run_id),
      desk.run('logs', list[0]!.run_id),
    ])
    expect(shown.stdout).toContain('Decision')
    expect(shown.stdout).toContain('market_report')
    expect(log.stdout).toMatch(/INFO {2}data {2}\d+ bars of/)
  })

  test('bad input is the message on stderr, nothing on stdout, exit 2', async () => {
    const desk = createDesk()
    const { code, stdout, stderr } = await desk.run('assess', '--tickers', 'AAPL;rm', '--json')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('"AAPL;rm"')
    expect(stderr).not.toContain('    at ')
  })

  test('commands started at the same time all come to their end', async () => {
    const desk = createDesk()
    const started = [ASSESS, ['runs'], ASSESS, ['doctor']].map((words) => desk.run(...words))
    const ended = await Promise.all(started)
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    expect((await listByCommand(desk)).map((run) => run.status)).toEqual(['completed', 'completed'])
  })

  test('Ctrl-C stops with 130, and the run goes on where it was when the desk is served', async () => {
    const desk = createDesk(SLOW)
    const assess = desk.start(...ASSESS)
    const runId = await findWorking(desk)
    assess.process.kill('SIGINT')
    const { code, stderr } = await assess.ended
    expect(code).toBe(130)
    expect(stderr).toContain('serve')

    const server = await desk.serve({ DEMO_STEP_DELAY_MS: '0' })
    const followed = await desk.run('logs', runId, '--follow')
    expect(followed.code).toBe(0)
    const { status } = (await (await fetch(`${server.url}/runs/${runId}/status`)).json()) as Summary
    expect(status).toBe('completed')
    expect(await server.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  })
})

describe('with a server', () => {
  test('Ctrl-C detaches with 130, the run goes on, and the command printed cancels it', async () => {
    const desk = createDesk(SLOW)
    const server = await desk.serve()
    const assess = desk.start(...ASSESS, '--parallel', '2')
    const runId = await findWorking(desk)
    assess.process.kill('SIGINT')
    const { code, stderr } = await assess.ended
    expect(code).toBe(130)
    expect(stderr).toContain('its MAX_PARALLEL_RUNS applies')
    expect(stderr).toContain(`npm run -s rundesk -- cancel ${runId}`)

    const status = async () =>
      ((await (await fetch(`${server.url}/runs/${runId}/status`)).json()) as Summary).status
    expect(await status()).toBe('in_progress')
    expect((await desk.run('cancel', runId)).code).toBe(0)
    expect(await status()).toBe('canceled')
  })

  test('a canceled run makes assess exit 1', async () => {
    const desk = createDesk(SLOW)
    await desk.serve()
    const assess = desk.start(...ASSESS, '--json')
    await desk.run('cancel', await findWorking(desk))
    const { code, stdout } = await assess.ended
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [{ ticker: 'AAPL', status: 'canceled', decision: null }],
    })
  })

  test('a second server, one on its port, and a rebuilding of the index are refused; doctor sees the server', async () => {
    const desk = createDesk({ AUTH_PASSWORD: 'correct horse' })
    const { url } = await desk.serve()
    const [second, elsewhere] = await Promise.all([
      desk.run('serve', '--port', '0'),
      createDesk().run('serve', '--port', new URL(url).port),
    ])
    expect(second.code).toBe(1)
    expect(second.stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/DATA_DIR.* at http:\/\/127\.0\.0\.1:\d+$/),
    ])
    expect(elsewhere.code).toBe(1)
    expect(elsewhere.stderr).toMatch(
      /PORT \d+ on 127\.0\.0\.1 is in use; .*PORT=\d+ npm start, or with --port\n$/,
    )
    const [rebuilt, examined] = await Promise.all([desk.run('doctor', '--reindex'), desk.run('doctor')])
    expect(rebuilt.code).toBe(1)
    expect(rebuilt.stderr).toContain('stop it first')
    expect(examined.stdout).toMatch(
      /✔ +Server +one is at http:\/\/127\.0\.0\.1:\d+ and owns the data directory/,
    )
    expect(examined.stdout + examined.stderr).not.toContain('correct horse')
    expect(examined.code).toBe(0)
  })
})

test('a reader that has seen enough is no failure', async () => {
  const desk = createDesk()
  const help = desk.start('--help')
  help.process.stdout!.destroy()
  const [code] = (await once(help.process, 'exit')) as [number]
  expect(code).toBe(0)
})

test('a Node that is too old gets one clear line', async () => {
  const { root } = createTempDesk()
  const pretend = join(root, 'pretend.mjs')
  writeFileSync(pretend, "Object.defineProperty(process.versions, 'node', { value: '18.20.0' })")
  const { code, stdout, stderr } = await runCli(['--help'], {
    cwd: root,
    env: { NODE_OPTIONS: `--import=${pretend}` },
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/^Rundesk needs Node [\d.]+ or newer; this is 18\.20\.0\.\n$/)
})
