/** The budget of a run from the terminal, against a served desk whose models are scripted. */
import { expect, onTestFinished, test } from 'vitest'
import { runCli } from '../support/cli-process.ts'
import { createRunClient } from '../support/run-client.ts'
import { createCommitteeScript } from '../support/scripted-committee.ts'
import { createOpenAiServer } from '../support/scripted-models/openai-server.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

test(
  'a bound without room for the next call keeps the run paused and says why; none lets it end',
  { timeout: 60_000 },
  async () => {
    const models = await createOpenAiServer(createCommitteeScript())
    onTestFinished(() => models.close())
    const { root, dataDir, resultsDir } = createTempDesk()
    const env = {
      OPENAI_API_KEY: 'a-key-of-nobody',
      OPENAI_BASE_URL: models.baseUrl,
      LLM_DEEP_MODEL: 'openai:gpt-4o',
      RUN_BUDGET_USD: '0.0001',
    }
    const server = await startServer({ dataDir, resultsDir, env })
    onTestFinished(async () => void (await server.kill('SIGTERM')))
    const client = createRunClient(server.url)
    const rundesk = (...words: string[]) =>
      runCli(words, { cwd: root, env: { DATA_DIR: dataDir, RESULTS_DIR: resultsDir } })

    const { runs } = await client.launch('AAPL', '2012-06-29')
    const runId = runs[0]!.run_id
    await expect.poll(async () => (await client.summary(runId)).status, { timeout: 20_000 }).toBe('paused')
    const short = await rundesk('budget', runId, '--usd', '0.001')
    expect(short.code).toBe(0)
    expect(short.stdout).toMatch(/ ‖ paused: budget: the next call may use up to .*; nothing is spent yet\n$/)
    expect(models.calls).toHaveLength(0)

    const refused = await rundesk('budget', runId, '--tokens', '1.5')
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'tokens is "1.5"; it must be a whole number from 1 to 1000000000, or none\n',
    ])

    expect((await rundesk('budget', runId, '--usd', 'none')).stdout).toMatch(/ (● running|✔ completed)\n$/)
    expect(await client.ended(runId)).toMatchObject({ status: 'completed' })
    const shown = (await rundesk('show', runId)).stdout
    expect(shown).toMatch(/^Thinking +openai:gpt-4o \(everyone\)$/m)
    expect(shown).toMatch(/^Used +\d\.\d{4} USD; \d+ model calls, [\d,]+ tokens read, [\d,]+ written$/m)
    expect(shown).toMatch(/^Budget +no bound$/m)
  },
)
