/**
 * `kill -9` at random moments while a committee waits for slow models: a call whose answer is in the journal is never
 * sent again, every call that was sent is counted, and every run reaches its verdict. KILL_DRILL_KILLS sets how often (the full drill is in .ci/run).
 *
 * Every answer reports a number of tokens of its own, so that the journal says which of the calls sent it holds.
 */
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { hashOf } from '../../src/core/json.ts'
import type { RunEvent } from '../../src/runs/event.ts'
import { createRunClient } from '../support/run-client.ts'
import { createCommitteeScript } from '../support/scripted-committee.ts'
import { createOpenAiServer } from '../support/scripted-models/openai-server.ts'
import { startServer } from '../support/server-process.ts'
import { createTempDesk } from '../support/temp-desk.ts'

const KILLS = Number(process.env.KILL_DRILL_KILLS ?? 8)
const ANSWER_MS = 120
/** Longer than a start and an answer, or nothing would ever be completed between two kills. */
const INTERVAL_MS = { min: 150, max: 900 }
const TICKERS = ['AAPL', 'GOOG', 'IBM', 'MSFT']
/** Each launch looks at days of its own, so that no two runs ask alike. */
const FIRST_DAY = Date.parse('2012-01-03')

test(
  `${KILLS} kills send no call again whose answer was journaled`,
  { timeout: 60_000 + KILLS * 20_000 },
  async () => {
    const models = await createOpenAiServer(
      createCommitteeScript({
        delayMs: ANSWER_MS,
        lookUp: { name: 'price_window', args: { from: '2011-12-01', to: '2011-12-20' } },
        usage: ({ index }) => ({ input: 1_000 + index, output: 1 }),
      }),
    )
    onTestFinished(() => models.close())
    const desk = createTempDesk()
    const env = {
      OPENAI_API_KEY: 'sk-scripted-0123456789',
      OPENAI_BASE_URL: models.baseUrl,
      LLM_DEEP_MODEL: 'openai:scripted',
      RUN_RESULTS_MAX_AGE_DAYS: '0',
    }
    let server = await startServer({ ...desk, env })
    const launched: string[] = []
    for (let killed = 0; killed < KILLS; killed++) {
      const client = createRunClient(server.url)
      const open = await Promise.all(launched.slice(-TICKERS.length).map((runId) => client.summary(runId)))
      if (open.every(({ status }) => status === 'completed')) {
        const day = new Date(FIRST_DAY + (launched.length / TICKERS.length) * 86_400_000)
          .toISOString()
          .slice(0, 10)
        launched.push(...(await client.launch(TICKERS.join(','), day)).runs.map(({ run_id }) => run_id))
      }
      await systemClock.sleep(INTERVAL_MS.min + Math.random() * (INTERVAL_MS.max - INTERVAL_MS.min))
      await server.kill('SIGKILL')
      server = await startServer({ ...desk, env })
    }

    const client = createRunClient(server.url)
    const journaled = new Set<number>()
    let counted = 0
    for (const runId of launched) {
      expect(await client.ended(runId)).toMatchObject({ status: 'completed', error: null })
      const events = await client.journal(runId)
      counted += events.filter(({ type }) => type === 'usage_reserved').length
      for (const tokens of listAnswerTokens(events)) journaled.add(tokens)
    }
    const sentAlike = new Map<string, number[]>()
    for (const { index, body } of models.requests) {
      const key = hashOf(body)
      sentAlike.set(key, [...(sentAlike.get(key) ?? []), index])
    }
    let again = 0
    for (const indexes of sentAlike.values()) {
      // Of calls that ask the same, the last one is in the journal, and none before it.
      expect(indexes.map((index) => journaled.has(1_000 + index))).toEqual(
        indexes.map((_, i) => i === indexes.length - 1),
      )
      again += indexes.length - 1
    }
    // Those that were cut off too: a call may have to be paid from when it is sent.
    expect(counted).toBeGreaterThanOrEqual(models.requests.length)
    expect(launched.length).toBeGreaterThanOrEqual(TICKERS.length)
    console.info(
      `model kill drill: ${KILLS} kills, ${launched.length} runs, ${models.requests.length} calls (${counted} counted), ${again} sent again because the kill came before their answer`,
    )
    await server.kill('SIGTERM')
  },
)

/** Of the answers that completed steps hold. */
function listAnswerTokens(events: readonly RunEvent[]): number[] {
  return events.flatMap((event) => {
    if (event.type !== 'step_completed') return []
    const { result } = event as { result?: { usage?: { input_tokens?: number } } | null }
    const tokens = result?.usage?.input_tokens
    return tokens === undefined ? [] : [tokens]
  })
}
