/**
 * A whole committee that thinks with models, in the served product, once for each wire format a model may speak: from
 * the launch to the verdict, with what it looked up, what it wrote while it wrote it, and what it cost.
 */
import { expect, onTestFinished, test } from 'vitest'
import { decisionSchema } from '../../src/committee/decision.ts'
import { createRunClient } from '../support/run-client.ts'
import { createCommitteeScript } from '../support/scripted-committee.ts'
import { createAnthropicServer } from '../support/scripted-models/anthropic-server.ts'
import { createGoogleServer } from '../support/scripted-models/google-server.ts'
import { createOpenAiServer } from '../support/scripted-models/openai-server.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const KEY = 'a-key-that-must-not-be-seen'
const LOOK_UP = { name: 'price_window', args: { from: '2012-06-01', to: '2012-06-20' } }

const WIRES = [
  {
    wire: 'OpenAI',
    create: createOpenAiServer,
    env: (url: string) => ({
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: url,
      LLM_DEEP_MODEL: 'openai:gpt-4o',
      LLM_QUICK_MODEL: 'openai:gpt-4o-mini',
    }),
  },
  {
    wire: 'Anthropic',
    create: createAnthropicServer,
    env: (url: string) => ({
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: url,
      LLM_DEEP_MODEL: 'anthropic:claude-sonnet-4-5',
      LLM_QUICK_MODEL: 'anthropic:claude-haiku-4-5',
    }),
  },
  {
    wire: 'Google',
    create: createGoogleServer,
    env: (url: string) => ({
      GOOGLE_GENERATIVE_AI_API_KEY: KEY,
      GOOGLE_BASE_URL: url,
      LLM_DEEP_MODEL: 'google:gemini-2.5-pro',
      LLM_QUICK_MODEL: 'google:gemini-2.5-flash',
    }),
  },
  {
    wire: 'a compatible server',
    create: createOpenAiServer,
    env: (url: string) => ({ LLM_BASE_URL: url, LLM_API_KEY: KEY, LLM_DEEP_MODEL: 'compatible:my/model:q4' }),
  },
]

test.each(WIRES)(
  'a committee over $wire reaches a checked verdict',
  { timeout: 60_000 },
  async ({ create, env }) => {
    const models = await create(createCommitteeScript({ lookUp: LOOK_UP }))
    onTestFinished(() => models.close())
    const settings: Record<string, string> = env(models.baseUrl)
    const server = await startServer({ ...createTempDesk(), env: settings })
    onTestFinished(async () => void (await server.kill('SIGTERM')))
    const client = createRunClient(server.url)

    const { runs } = await client.launch('AAPL', '2012-06-29')
    const runId = runs[0]!.run_id
    expect(await client.ended(runId)).toMatchObject({ status: 'completed', error: null })
    const decision = decisionSchema.parse(await client.decision(runId))
    expect(decision).toMatchObject({
      action: 'BUY',
      rating: 'Buy',
      unverified: [],
      calibration: 'uncalibrated',
    })
    expect(decision.provenance).toMatchObject({
      mode: 'llm',
      models: {
        portfolio_manager: settings.LLM_DEEP_MODEL,
        trader: settings.LLM_QUICK_MODEL ?? settings.LLM_DEEP_MODEL,
      },
    })
    expect(decision.risk_metrics.risk_reward).toBeCloseTo(2, 6)
    expect(decision.usage.calls).toBe(models.calls.length)
    expect(decision.usage.input_tokens).toBe(120 * models.calls.length)
    expect(decision.usage.cost_usd === null).toBe(settings.LLM_DEEP_MODEL!.startsWith('compatible:'))

    const looked = decision.evidence.filter(({ tool }) => tool === LOOK_UP.name)
    expect(looked.length).toBeGreaterThan(3)
    expect(models.requests.every(({ key }) => key?.endsWith(KEY))).toBe(true)
    const journal = JSON.stringify(await client.journal(runId))
    expect(journal).not.toContain(KEY)
    expect(server.stderr()).not.toContain(KEY)
  },
)

test('two runs with different models at once do not mix', { timeout: 60_000 }, async () => {
  const models = await createOpenAiServer(createCommitteeScript())
  onTestFinished(() => models.close())
  const env = {
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: models.baseUrl,
    LLM_DEEP_MODEL: 'openai:from-the-settings',
  }
  const server = await startServer({ ...createTempDesk(), env })
  onTestFinished(async () => void (await server.kill('SIGTERM')))
  const client = createRunClient(server.url)
  const launch = async (ticker: string, model: string) => {
    const fields = { deep_model: `openai:${model}-deep`, quick_model: `openai:${model}-quick` }
    const { runs } = await client.launch(ticker, '2012-06-29', fields)
    return runs[0]!.run_id
  }
  const [one, two] = await Promise.all([launch('AAPL', 'one'), launch('IBM', 'two')])
  const rules = (await client.launch('MSFT', '2012-06-29', { mode: 'rules' })).runs[0]!.run_id
  for (const runId of [one, two, rules]) expect((await client.ended(runId)).status).toBe('completed')

  for (const { system, model, schemaName } of models.requests) {
    const name = system.includes('AAPL') ? 'one' : 'two'
    const isDeep = schemaName === 'research_manager' || schemaName === 'portfolio_manager'
    expect(model).toBe(`${name}-${isDeep ? 'deep' : 'quick'}`)
  }
  const decision = decisionSchema.parse(await client.decision(rules))
  expect(decision.provenance).toMatchObject({ mode: 'rules', models: {} })
  expect(decision.usage).toEqual({ calls: 0, input_tokens: 0, output_tokens: 0, cost_usd: 0 })
})
