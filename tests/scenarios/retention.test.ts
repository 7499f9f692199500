/**
 * That a verdict survives its files, from the first preview to an index made anew, on a served desk; typed as
 * docs/retention.md says it.
 */
import { readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createProgram } from '../../src/cli/command-line.ts'
import type { PrunePreview, PruneReport } from '../../src/runs/prune-report.ts'
import { createTestCli } from '../support/cli-context.ts'
import { runCli } from '../support/cli-process.ts'
import { createRunClient } from '../support/run-client.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const DOCUMENT = readFileSync(resolve(import.meta.dirname, '../../docs/retention.md'), 'utf8')
const COMMANDS = [...DOCUMENT.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap((block) =>
  block[1]!.trim().split('\n'),
)

test('the commands of the documentation are those there are', () => {
  const { commands } = createProgram(createTestCli().context, () => Promise.resolve())
  const typed = COMMANDS.filter((line) => line.startsWith('rundesk ')).map((line) => line.split(' ').slice(1))
  expect(typed.length).toBeGreaterThan(4)
  for (const [name, ...rest] of typed) {
    const command = commands.find((one) => one.name() === name)!
    const flags = rest.filter((word) => word.startsWith('--'))
    expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(flags))
  }
})

test('a verdict survives its files', { timeout: 60_000 }, async () => {
  const desk = createTempDesk()
  const env = { RUN_RESULTS_MAX_PER_TICKER: '1', DATA_DIR: desk.dataDir, RESULTS_DIR: desk.resultsDir }
  const cli = (...words: string[]) => runCli(words, { cwd: desk.root, env })
  let server = await startServer({ ...desk, env })
  onTestFinished(() => void server.kill('SIGKILL'))
  const client = createRunClient(server.url)
  const assess = async (ticker: string, asOf: string) => {
    const { runs } = await client.launch(ticker, asOf)
    const { run_id: runId } = runs[0]!
    await client.ended(runId)
    return runId
  }
  const old = await assess('AAPL', '2012-06-29')
  const decision = await client.decision(old)
  const newer = await assess('AAPL', '2011-06-30')

  const preview = (await (await fetch(`${server.url}/retention`)).json()) as PrunePreview
  expect(preview.due).toMatchObject([{ run_id: old, reason: 'AAPL has 1 newer run of its kind' }])
  const pruned = await cli('prune', '--json')
  expect([pruned.code, (JSON.parse(pruned.stdout) as PruneReport).pruned]).toEqual([0, preview.due])

  const expectVerdict = async (served: ServerProcess) => {
    const [, ticker, stamp] = /^(\w+)--(.+)--/.exec(old)!
    const kept = ['RUN_ID', 'decision.json', 'decision.md', 'manifest.json']
    expect((await readdir(join(desk.resultsDir, ticker!, stamp!))).sort()).toEqual(kept)
    const at = createRunClient(served.url)
    expect(await at.decision(old)).toEqual(decision)
    const page = await fetch(`${served.url}/runs/${old}`, { headers: { Accept: 'text/html' } })
    const html = await page.text()
    expect([page.status, html.includes('pruned by the retention settings')]).toEqual([200, true])
    expect(html).toContain(String(decision.action))
    const ask = async <T>(path: string) => (await (await fetch(served.url + path)).json()) as T
    const verdicts = await ask<{ run_id: string; decision: unknown }[]>('/verdicts?tickers=AAPL')
    // Of the later day, though of the older run.
    expect(verdicts).toMatchObject([{ run_id: old, decision: { action: decision.action } }])
    const rows = await ask<{ run_id: string }[]>('/runs?ticker=AAPL')
    expect(rows.map(({ run_id }) => run_id)).toEqual([newer, old])
    const { due, kept: held } = await ask<PrunePreview>('/retention')
    expect([due, held]).toEqual([[], []])
  }
  await expectVerdict(server)

  await server.kill('SIGTERM')
  await rm(join(desk.dataDir, 'index'), { recursive: true })
  const reindexed = await cli('doctor', '--reindex')
  expect(reindexed.stdout).toBe('The index shows 2 runs again.\n')
  server = await startServer({ ...desk, env })
  await expectVerdict(server)
})
