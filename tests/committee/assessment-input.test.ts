import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { assessmentInputSchema, parseInput } from '../../src/committee/assessment-input.ts'
import { InputError } from '../../src/core/errors.ts'
import { createSampleAssessment } from '../support/assessments.ts'

describe('the input of an assessment', () => {
  it('fills what is not said and mends the ticker', () => {
    expect(parseInput(assessmentInputSchema, { ticker: ' aapl ' })).toEqual({
      ticker: 'AAPL',
      analysts: ['market', 'fundamentals', 'news', 'sentiment'],
      rounds: 1,
      repeats: 1,
    })
  })

  it('is the same for the same choice of analysts, however it was listed', () => {
    const one = parseInput(assessmentInputSchema, { ticker: 'IBM', analysts: ['news', 'market', 'news'] })
    const other = parseInput(assessmentInputSchema, { ticker: 'IBM', analysts: ['market', 'news'] })
    expect(one).toEqual(other)
  })

  it.each([
    [{ ticker: 'AAPL;rm' }, 'ticker', 'AAPL;RM'],
    [{ ticker: 5 }, 'ticker', '5'],
    [{}, 'ticker', 'nothing'],
    [{ ticker: 'AAPL', as_of: '2012-02-31' }, 'as_of', '2012-02-31'],
    [{ ticker: 'AAPL', analysts: [] }, 'analysts', '[]'],
    [{ ticker: 'AAPL', analysts: ['astrology'] }, 'analysts', 'astrology'],
    [{ ticker: 'AAPL', rounds: 9 }, 'rounds', '9'],
    [{ ticker: 'AAPL', repeats: 10 }, 'repeats', '10'],
    [{ ticker: 'AAPL', repeats: 0 }, 'repeats', '0'],
    [{ ticker: 'AAPL', mode: 'magic' }, 'mode', 'magic'],
    [{ ticker: 'AAPL', deep_model: 'gpt-4o' }, 'deep_model', 'gpt-4o'],
    [{ ticker: 'AAPL', quick_model: 'openai:[x](https://e.example)' }, 'quick_model', 'openai:[x]'],
    [{ ticker: 'AAPL', role_models: { bull: 'openai:<b>' } }, 'role_models', 'openai:<b>'],
    [{ ticker: 'AAPL', role_models: { cook: 'openai:gpt-4o' } }, 'role_models', 'cook'],
    [{ ticker: 'AAPL', budget_usd: -1 }, 'budget_usd', '-1'],
    [{ ticker: 'AAPL', tikcer: 'IBM' }, 'tikcer', 'did you mean "ticker"?'],
  ])('refuses %j by field and value', (value, field, shown) => {
    const attempt = () => parseInput(assessmentInputSchema, value)
    expect(attempt).toThrow(InputError)
    expect(attempt).toThrow(expect.objectContaining({ field, message: expect.stringContaining(shown) }))
  })

  it.each(['ollama:llama3.1:8b', 'compatible:org/Model_2-b', 'google:models/x@001'])('takes %s', (model) => {
    expect(parseInput(assessmentInputSchema, { ticker: 'AAPL', deep_model: model }).deep_model).toBe(model)
  })

  it('carries title and description of every field for forms and help', () => {
    const json = z.toJSONSchema(assessmentInputSchema, { io: 'input', unrepresentable: 'any' })
    for (const property of Object.values(json.properties ?? {})) {
      expect(property).toMatchObject({ title: expect.any(String), description: expect.any(String) })
    }
  })
})

describe('admitting an assessment', () => {
  const workflow = createSampleAssessment()
  const admit = (raw: Record<string, unknown>) => workflow.admit(workflow.input.parse(raw))

  it('takes the last bar there is where no date is given', async () => {
    const admitted = await admit({ ticker: 'ibm' })
    expect(admitted).toMatchObject({ ticker: 'IBM', as_of: '2013-03-01', input: { as_of: '2013-03-01' } })
  })

  it.each([
    [{ ticker: 'GOOG', as_of: '2004-01-02' }, 'as_of', '2004-01-02'],
    [{ ticker: 'GOOG', as_of: '2044-01-04' }, 'as_of', '2044-01-04'],
    [{ ticker: 'NOPE' }, 'ticker', 'NOPE'],
  ])('refuses %j, for the market has nothing there', async (raw, field, shown) => {
    await expect(admit(raw)).rejects.toThrow(
      expect.objectContaining({ name: 'InputError', field, message: expect.stringContaining(shown) }),
    )
  })
})
