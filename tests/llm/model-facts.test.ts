import { describe, expect, it } from 'vitest'
import { KNOWN_MODELS } from '../../src/llm/known-models.ts'
import { computeCost, createModelFacts } from '../../src/llm/model-facts.ts'
import { createManualClock } from '../support/manual-clock.ts'

const clock = createManualClock(Date.parse('2026-11-20T10:00:00Z'))
const facts = createModelFacts({ prices: {}, clock })

describe('the table of models', () => {
  it.each(KNOWN_MODELS.map((entry) => [`${entry.provider}:${entry.family}`, entry] as const))(
    'has for %s sane figures and says where they are from',
    (_, entry) => {
      const { price, later, cutoff, noted } = entry
      for (const { input, output } of later ? [price, later] : [price]) {
        if (entry.provider === 'ollama') expect([input, output]).toEqual([0, 0])
        else {
          expect(input).toBeGreaterThan(0)
          expect(input).toBeLessThanOrEqual(30)
          expect(output / input).toBeGreaterThanOrEqual(2)
          expect(output / input).toBeLessThanOrEqual(10)
        }
      }
      expect(noted).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/)
      if (later) expect(later.from > noted).toBe(true)
      if (cutoff !== null) {
        expect(new Date(`${cutoff}T00:00:00Z`).toISOString().slice(0, 10)).toBe(cutoff)
        expect(cutoff > '2020').toBe(true)
        expect(cutoff < noted).toBe(true)
      }
      expect(entry.cutoffSource).toMatch(/^https:\/\/[a-z.]+\/\S+$/)
      if (entry.provider !== 'ollama') expect(entry.priceSource).toMatch(/^https:\/\/[a-z.]+\/\S+$/)
    },
  )

  it('has each model once, and every one is found by its own name', () => {
    const names = KNOWN_MODELS.map((entry) => `${entry.provider}:${entry.family}`)
    expect(new Set(names).size).toBe(names.length)
    for (const [index, entry] of KNOWN_MODELS.entries()) {
      expect(facts.priceOf(names[index]!)).toEqual(entry.price)
      expect(facts.cutoffOf(names[index]!)).toBe(entry.cutoff)
    }
  })

  it('gives no model the figures of another whose name begins alike', () => {
    for (const entry of KNOWN_MODELS.filter(({ provider }) => provider !== 'ollama')) {
      for (const addition of [
        '-mini',
        '-pro',
        '-2',
        '-5',
        '-audio-preview',
        'x',
        '-2024',
        '-latest-x',
        '.1',
      ]) {
        const name = `${entry.family}${addition}`
        if (KNOWN_MODELS.some(({ family }) => family === name)) continue
        expect([name, facts.priceOf(`${entry.provider}:${name}`)]).toEqual([name, null])
        expect([name, facts.cutoffOf(`${entry.provider}:${name}`)]).toEqual([name, null])
      }
    }
  })
})

describe('a model', () => {
  it('is known by the date of its snapshot as one of its family', () => {
    expect(facts.priceOf('openai:gpt-4o-2024-08-06')).toEqual({ input: 2.5, output: 10 })
    expect(facts.priceOf('openai:gpt-4o-mini-2024-07-18')).toEqual({ input: 0.15, output: 0.6 })
    expect(facts.priceOf('anthropic:claude-sonnet-4-5-20250929')).toEqual({ input: 3, output: 15 })
    expect(facts.priceOf('anthropic:claude-opus-4-20250514')).toEqual({ input: 15, output: 75 })
    expect(facts.priceOf('anthropic:claude-opus-4-5-20251101')).toEqual({ input: 5, output: 25 })
    expect(facts.cutoffOf('anthropic:claude-3-7-sonnet-latest')).toBe('2024-11-30')
    expect(facts.cutoffOf('openai:gpt-4.1-2025-04-14')).toBe('2024-06-01')
  })

  it('keeps a price of its own where a snapshot has one', () => {
    expect(facts.priceOf('openai:gpt-4o-2024-05-13')).toEqual({ input: 5, output: 15 })
  })

  it('is unknown under another provider, under a server of one’s own, and where nothing is known', () => {
    for (const model of ['anthropic:gpt-4o', 'compatible:gpt-4o', 'openai:gpt-99', 'openai:', 'gpt-4o', '']) {
      expect([model, facts.priceOf(model), facts.cutoffOf(model)]).toEqual([model, null, null])
    }
    expect(facts.priceOf('openai:constructor')).toBeNull()
  })

  it('costs nothing on Ollama, whatever its tag, and its cutoff is told by its name', () => {
    expect(facts.priceOf('ollama:llama3.1:8b-instruct-q4_K_M')).toEqual({ input: 0, output: 0 })
    expect(facts.cutoffOf('ollama:llama3.1:8b-instruct-q4_K_M')).toBe('2023-12-31')
    expect(facts.priceOf('ollama:someone/their-model')).toEqual({ input: 0, output: 0 })
    expect(facts.cutoffOf('ollama:qwen3:8b')).toBeNull()
  })

  it('has an unknown price where Ollama passes it on to its cloud', () => {
    expect(facts.priceOf('ollama:gpt-oss:120b-cloud')).toBeNull()
    expect(facts.priceOf('ollama:some-model:cloud')).toBeNull()
    expect(facts.cutoffOf('ollama:gpt-oss:120b-cloud')).toBe('2024-06-30')
  })

  it('costs what was announced from the day on for which it was', () => {
    const at = (time: string) =>
      createModelFacts({ prices: {}, clock: createManualClock(Date.parse(time)) }).priceOf(
        'google:gemini-3.8-flash',
      )
    expect(at('2026-12-31T23:59:59Z')).toEqual({ input: 0.75, output: 3.75 })
    expect(at('2027-01-01T00:00:00Z')).toEqual({ input: 1.5, output: 7.5 })
  })
})

describe('prices of the settings', () => {
  const own = createModelFacts({
    prices: {
      'openai:gpt-4o': { input: 1, output: 2 },
      'compatible:my-model': { input: 0.5, output: 1.5 },
      'ollama:llama3.1:70b': { input: 0.1, output: 0.2 },
      'google:gemini-3.8-flash': { input: 9, output: 9 },
    },
    clock,
  })

  it('win over the table, for the snapshots of the model too and for no sibling', () => {
    expect(own.priceOf('openai:gpt-4o')).toEqual({ input: 1, output: 2 })
    expect(own.priceOf('openai:gpt-4o-2024-08-06')).toEqual({ input: 1, output: 2 })
    expect(own.priceOf('openai:gpt-4o-2024-05-13')).toEqual({ input: 1, output: 2 })
    expect(own.priceOf('openai:gpt-4o-mini')).toEqual({ input: 0.15, output: 0.6 })
    expect(own.priceOf('google:gemini-3.8-flash')).toEqual({ input: 9, output: 9 })
  })

  it('price what the table does not know, and leave the cutoffs alone', () => {
    expect(own.priceOf('compatible:my-model')).toEqual({ input: 0.5, output: 1.5 })
    expect(own.priceOf('ollama:llama3.1:70b')).toEqual({ input: 0.1, output: 0.2 })
    expect(own.priceOf('ollama:llama3.1:8b')).toEqual({ input: 0, output: 0 })
    expect(own.cutoffOf('compatible:my-model')).toBeNull()
    expect(own.cutoffOf('openai:gpt-4o')).toBe('2023-10-01')
  })
})

describe('the cost of a call', () => {
  it('is that of its tokens read and written, and unknown where the price is', () => {
    const tokens = { input_tokens: 2_000, output_tokens: 500 }
    expect(computeCost({ input: 2.5, output: 10 }, tokens)).toBe(0.01)
    expect(computeCost({ input: 0, output: 0 }, tokens)).toBe(0)
    expect(computeCost(null, tokens)).toBeNull()
  })
})
