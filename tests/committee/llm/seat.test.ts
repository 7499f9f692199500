/** How a call is paid for: what is reserved for it, and what is counted where nobody says what it took. */
import { describe, expect, it } from 'vitest'
import { estimateTokens, payCall, type Seat } from '../../../src/committee/llm/seat.ts'
import { ModelError } from '../../../src/llm/model-call.ts'
import { createMemoryAid } from '../../support/memory-aid.ts'
import { scriptedFacts } from '../../support/scripted-gateway.ts'

const answer = {
  ...{ attempts: 1, waited_ms: 0, backed_off_ms: 0, took_ms: 10 },
  usage: { input_tokens: 1_000, output_tokens: 200, cost_usd: 0.004 as number | null },
}

async function pay(call: () => Promise<typeof answer>, sent = 'a', model = 'made:quick') {
  const aid = createMemoryAid()
  const seat = { model, facts: scriptedFacts } as Seat
  const paid = await aid
    .part('ask', 1, (part) => payCall(seat, part, sent, 8_000, call))
    .then(
      () => null,
      (error: unknown) => error,
    )
  return { ...aid.record, error: paid }
}

describe('a call', () => {
  it('that is answered at once costs what its provider says', async () => {
    const { usage, logs, open } = await pay(async () => answer)
    expect(usage).toEqual([{ calls: 1, ...answer.usage }])
    expect([logs.length, open]).toEqual([1, 0])
  })

  it('that is answered on a later try costs what was read in vain too, which is said to be an estimate', async () => {
    const { usage, logs, reserved } = await pay(async () => ({ ...answer, attempts: 3 }), 'x'.repeat(3_000))
    expect(reserved).toEqual([{ usd: 0.083, tokens: 9_500, output_tokens: 8_000 }])
    expect(usage).toEqual([{ calls: 1, input_tokens: 4_000, output_tokens: 200, cost_usd: 0.01 }])
    expect(logs[0]).toBe(
      'WARN made:quick: 2 tries that failed are counted as having read 3,000 tokens, $0.0060; an estimate, for nobody tells',
    )
  })

  it('that no try answered is counted as one that was read', async () => {
    const failed = new ModelError('made:quick gave no complete answer within 120 s; that was try 3, the last')
    const { usage, logs, open, error } = await pay(() => Promise.reject(failed), 'x'.repeat(3_000))
    expect(error).toBe(failed)
    expect(usage).toEqual([{ calls: 1, input_tokens: 1_500, output_tokens: 0, cost_usd: 0.003 }])
    expect(logs).toEqual([
      'WARN made:quick: a try that failed is counted as having read 1,500 tokens, $0.0030; an estimate, for nobody tells',
    ])
    expect(open).toBe(0)
  })

  it('that was cut off is left to its reservation', async () => {
    const stopped = new Error('aborted: paused')
    const { usage, logs, open } = await pay(() => Promise.reject(stopped))
    expect({ usage, logs, open }).toEqual({ usage: [], logs: [], open: 0 })
  })

  it('of a model without a price has no cost, however it went', async () => {
    const unpriced = { ...answer, attempts: 2, usage: { ...answer.usage, cost_usd: null } }
    const { usage, logs } = await pay(async () => unpriced, 'x', 'unpriced:model')
    expect(usage).toMatchObject([{ cost_usd: null }])
    expect(logs[0]).toContain('cost unknown; an estimate')
  })
})

describe('the tokens that are sent', () => {
  const tokensOf = (text: string) => estimateTokens(text) - estimateTokens('')

  it.each([
    // Tokenizers differ most here: some take a token a digit, and a token a byte of a rare script.
    ['figures', '5,840,321.17', 12],
    ['other scripts', '茅台股份', 12],
    ['signs outside the alphabets', '📈', 4],
    ['words', 'earnings per share rose', 8],
  ])('are estimated on the safe side for %s', (_what, text, tokens) => {
    expect(tokensOf(text)).toBe(tokens)
  })

  it('are more than an empty text holds: a provider puts its own around it', () => {
    expect(estimateTokens('')).toBe(500)
  })
})
