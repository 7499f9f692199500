/** Launch, leave, return with curl and nothing else; through a server that is killed on the way. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { decisionSchema } from '../../src/committee/decision.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const run = promisify(execFile)
const hasCurl = (() => {
  try {
    return execFileSync('curl', ['--version']).length > 0
  } catch {
    console.info('curl-alone: skipped, there is no curl on this machine')
    return false
  }
})()

async function curl(...args: string[]): Promise<string> {
  return (await run('curl', ['--silent', '--max-time', '30', ...args])).stdout
}

/** The `id:` of each message of an event stream. */
const idsOf = (stream: string) => [...stream.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))

test.skipIf(!hasCurl)(
  'the JSON side: launch, follow, survive a kill, read the verdict',
  { timeout: 60_000 },
  async () => {
    const desk = createTempDesk()
    const env = { DEMO_STEP_DELAY_MS: '250' }
    let server = await startServer({ ...desk, env })
    onTestFinished(() => void server.kill('SIGKILL'))
    const { url } = server

    const launched = JSON.parse(
      await curl('-d', 'company_symbols=aapl, ibm', '-d', 'as_of=2012-06-29', `${url}/start-multi`),
    ) as { runs: { run_id: string; ticker: string; status: string }[] }
    expect(launched.runs.map((one) => one.ticker)).toEqual(['AAPL', 'IBM'])
    const { run_id: runId } = launched.runs[0]!

    const begun = await run('curl', ['-sN', '--max-time', '1', `${url}/runs/${runId}/events`]).catch(
      (cut: { stdout: string }) => cut,
    )
    const seen = idsOf(begun.stdout)
    await server.kill('SIGKILL')
    server = await startServer({ ...desk, env: { ...env, PORT: new URL(url).port } })

    const rest = await curl('-N', '-H', `Last-Event-ID: ${seen.at(-1)}`, `${url}/runs/${runId}/events`)
    expect(rest).toMatch(/^event: done$/m)
    const all = [...seen, ...idsOf(rest)]
    expect(all).toEqual(all.map((_, i) => i + 1))

    const decision: unknown = JSON.parse(await curl(`${url}/runs/${runId}/decision`))
    expect(decisionSchema.parse(decision).ticker).toBe('AAPL')
    expect(JSON.parse(await curl(`${url}/verdicts?tickers=AAPL`))).toMatchObject([{ run_id: runId }])
    expect(await curl(`${url}/runs/${runId}/logs/download`)).toMatch(/portfolio_manager/)
    expect((JSON.parse(await curl(`${url}/runs/${runId}/tree`)) as unknown[]).length).toBeGreaterThan(4)
    expect(
      await curl('-o', '/dev/null', '-w', '%{http_code}', '-X', 'POST', `${url}/runs/${runId}/cancel`),
    ).toBe('409')
  },
)

test.skipIf(!hasCurl)(
  'the pages: a form posted by hand leads to a page that shows the run and refreshes itself',
  { timeout: 60_000 },
  async () => {
    const desk = createTempDesk()
    const server = await startServer({ ...desk, env: { DEMO_STEP_DELAY_MS: '150' } })
    onTestFinished(() => void server.kill('SIGKILL'))
    const { url } = server
    const html = ['-H', 'Accept: text/html']

    expect(await curl(...html, `${url}/`)).toContain('action="/start-multi"')
    const answer = await curl(
      ...html,
      '-i',
      '-d',
      'company_symbols=MSFT',
      '-d',
      'as_of=2012-06-29',
      `${url}/start-multi`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 303/)
    const batch = /^location: (\S+)$/im.exec(answer)![1]!
    const busy = await curl(...html, url + batch)
    expect(busy).toContain('http-equiv="refresh"')
    const [{ run_id: runId }] = JSON.parse(await curl(`${url}/runs`)) as [{ run_id: string }]
    await curl('-N', `${url}/runs/${runId}/events`)
    const done = await curl(...html, `${url}/runs/${runId}`)
    expect(done).toContain('verdict-badge')
    expect(done).not.toContain('http-equiv="refresh"')
  },
)
