/** `ENABLE_MULTI_RUN=0`: a launch is of one ticker, and one run works at a time, through every door. */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createRunClient } from '../support/run-client.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const MAIN = resolve(import.meta.dirname, '../../src/main.ts')
const REFUSED = 'company_symbols names 2 tickers; at most 1 can be launched at once: ENABLE_MULTI_RUN is 0'

test(
  'a served desk takes one ticker a launch, from pages and programs, and runs one at a time',
  { timeout: 60_000 },
  async () => {
    const desk = createTempDesk()
    const env = { ENABLE_MULTI_RUN: '0', DEMO_STEP_DELAY_MS: '10', MAX_PARALLEL_RUNS: '5' }
    const server = await startServer({ ...desk, env })
    onTestFinished(async () => void (await server.kill('SIGKILL')))
    const { url } = server
    const client = createRunClient(url)
    const post = (path: string, fields: Record<string, string>, accept: string) =>
      fetch(url + path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { accept },
        redirect: 'manual',
      })

    for (const path of ['/start-multi', '/estimate']) {
      const refused = await post(path, { company_symbols: 'AAPL,MSFT' }, 'application/json')
      expect([refused.status, await refused.json()]).toEqual([400, { error: REFUSED }])
    }
    const page = await post('/start-multi', { company_symbols: 'AAPL,MSFT' }, 'text/html')
    expect(page.status).toBe(400)
    const html = await page.text()
    expect(html).toContain('at most 1 can be launched at once: ENABLE_MULTI_RUN is 0')
    expect(html).toContain('One symbol.')
    expect(await (await fetch(`${url}/runs`)).json()).toEqual([])

    const command = promisify(execFile)(
      process.execPath,
      [MAIN, 'assess', '--tickers', 'AAPL,MSFT', '--as-of', '2012-06-29'],
      {
        env: { PATH: process.env.PATH, DATA_DIR: desk.dataDir, RESULTS_DIR: desk.resultsDir, ...env },
        cwd: desk.root,
      },
    )
    await expect(command).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(REFUSED) as string,
    })

    const launched = await Promise.all(['AAPL', 'MSFT'].map((ticker) => client.launch(ticker, '2012-06-29')))
    const ids = launched.map(({ runs }) => runs[0]!.run_id)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('rundesk_queue_running_limit 1\n')
    const summaries = await Promise.all(ids.map((id) => client.ended(id)))
    expect(summaries.map(({ status }) => status)).toEqual(['completed', 'completed'])
    const worked = summaries
      .map(({ started_at, ended_at }) => [started_at!, ended_at!] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
    for (const [i, [started]] of worked.entries()) if (i > 0) expect(started >= worked[i - 1]![1]).toBe(true)
  },
)
