import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseLaunchForm, assessmentLaunchSchema } from '../../src/committee/launch-form.ts'
import { InputError } from '../../src/core/errors.ts'

const ALL = ['market', 'fundamentals', 'news', 'sentiment']
const parse = (raw: Record<string, unknown>) => parseLaunchForm(raw, { maxTickers: 10 })

function refusal(raw: Record<string, unknown>): InputError {
  try {
    parse(raw)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('a launch form', () => {
  it('becomes one input for each ticker, with defaults for what is not said', () => {
    expect(parse({ company_symbols: 'AAPL,MSFT' })).toEqual([
      { ticker: 'AAPL', analysts: ALL, rounds: 1, repeats: 1 },
      { ticker: 'MSFT', analysts: ALL, rounds: 1, repeats: 1 },
    ])
  })

  it('mends lower case, spaces and duplicates, and keeps the order given', () => {
    const inputs = parse({ company_symbols: ' msft, aapl,MSFT ,,ibm' })
    expect(inputs.map((input) => input.ticker)).toEqual(['MSFT', 'AAPL', 'IBM'])
  })

  it('takes lists as well as text, and numbers as well as digits', () => {
    const [input] = parse({
      company_symbols: ['AAPL'],
      as_of: '2012-06-29',
      analysts: ['news', 'market'],
      rounds: 2,
      repeats: '1',
    })
    expect(input).toEqual({
      ticker: 'AAPL',
      as_of: '2012-06-29',
      analysts: ['market', 'news'],
      rounds: 2,
      repeats: 1,
    })
    expect(parse({ company_symbols: 'AAPL', rounds: '3' })[0]!.rounds).toBe(3)
  })

  it.each([['market,news'], ['News, MARKET,market'], [['market,news']], [['news', '', 'market']]])(
    'reads analysts from %j',
    (analysts) => {
      expect(parse({ company_symbols: 'AAPL', analysts })[0]!.analysts).toEqual(['market', 'news'])
    },
  )

  it('takes empty text for the default', () => {
    const raw = { company_symbols: 'AAPL', as_of: '', rounds: ' ', repeats: '' }
    expect(parse(raw)).toEqual(parse({ company_symbols: 'AAPL' }))
  })

  it.each([
    ['nothing', {}, 'company_symbols', '""'],
    ['an empty list of tickers', { company_symbols: ' , ' }, 'company_symbols', '" , "'],
    ['a path', { company_symbols: '../etc' }, 'company_symbols', '"../etc"'],
    ['a command', { company_symbols: 'AAPL;rm' }, 'company_symbols', '"AAPL;rm"'],
    ['a number for a ticker', { company_symbols: [7] }, 'company_symbols', '"7"'],
    ['a day that does not exist', { company_symbols: 'AAPL', as_of: '2012-02-31' }, 'as_of', '"2012-02-31"'],
    ['another form of date', { company_symbols: 'AAPL', as_of: '29.6.2012' }, 'as_of', '"29.6.2012"'],
    ['an unknown analyst', { company_symbols: 'AAPL', analysts: 'market,newz' }, 'analysts', '"newz"'],
    ['no round', { company_symbols: 'AAPL', rounds: '0' }, 'rounds', '"0"'],
    ['too many rounds', { company_symbols: 'AAPL', rounds: 4 }, 'rounds', '"4"'],
    ['half a round', { company_symbols: 'AAPL', rounds: '1.5' }, 'rounds', '"1.5"'],
    ['rounds in words', { company_symbols: 'AAPL', rounds: 'two' }, 'rounds', '"two"'],
    ['too many repeats', { company_symbols: 'AAPL', repeats: '12' }, 'repeats', '"12"'],
    ['a model without a provider', { company_symbols: 'AAPL', quick_model: 'gpt' }, 'quick_model', '"gpt"'],
    ['a model for nobody', { company_symbols: 'AAPL', role_models: 'cook=a:b' }, 'role_models', '"cook"'],
    ['a bound of nothing', { company_symbols: 'AAPL', budget_usd: '0' }, 'budget_usd', '"0"'],
    ['a bound past any', { company_symbols: 'AAPL', budget_usd: '1e99' }, 'budget_usd', 'at most 1000000'],
    [
      'half a token',
      { company_symbols: 'AAPL', budget_tokens: 1.5 },
      'budget_tokens',
      'a whole number from 1',
    ],
    [
      'a role named twice',
      { company_symbols: 'AAPL', role_models: 'trader=openai:x, Trader=openai:y' },
      'role_models',
      'names "trader" twice',
    ],
  ])('refuses %s, naming the field and the value', (_what, raw, field, value) => {
    const error = refusal(raw)
    expect(error.field).toBe(field)
    expect(error.message).toContain(field)
    expect(error.message).toContain(value)
  })

  it.each([[''], [[]], [['']], [['', ' ']], [',']])(
    'refuses analysts of %j: none ticked is not all',
    (analysts) => {
      const error = refusal({ company_symbols: 'AAPL', analysts })
      expect(error.field).toBe('analysts')
      expect(error.message).toContain('choose at least one of market, fundamentals, news, sentiment')
    },
  )

  it('names the analysts there are once', () => {
    const { message } = refusal({ company_symbols: 'AAPL', analysts: 'astrology' })
    expect(message.match(/market/g)).toHaveLength(1)
    expect(message).toContain('"astrology"')
  })

  it('suggests the analyst that was meant', () => {
    expect(refusal({ company_symbols: 'AAPL', analysts: 'newz' }).message).toContain('did you mean "news"?')
  })

  it('reads models and bounds as they are typed', () => {
    const [input] = parse({
      ...{ company_symbols: 'AAPL', mode: 'llm', deep_model: ' openai:gpt-4o ', budget_usd: '2.5' },
      ...{ role_models: 'Trader = ollama:llama3.1:8b, bull=openai:gpt-4o', budget_tokens: '', repeats: '3' },
    })
    expect(input).toMatchObject({
      ...{ mode: 'llm', deep_model: 'openai:gpt-4o', budget_usd: 2.5, repeats: 3 },
      role_models: { trader: 'ollama:llama3.1:8b', bull: 'openai:gpt-4o' },
    })
    expect(input).not.toHaveProperty('budget_tokens')
  })

  it.each(['none', ' None ', null])('reads a bound of %j as none, whatever the settings say', (bound) => {
    const raw = { company_symbols: 'AAPL', budget_usd: bound, budget_tokens: bound }
    expect(parse(raw)).toMatchObject([{ budget_usd: null, budget_tokens: null }])
  })

  it('refuses the fields of a budget that was set later with those of a launch', () => {
    const told = (field: string) => refusal({ company_symbols: 'AAPL', [field]: 3 }).message
    expect(told('usd')).toBe('unknown field "usd"; did you mean "budget_usd"?')
    expect(told('tokens')).toBe('unknown field "tokens"; did you mean "budget_tokens"?')
  })

  it('refuses more tickers than allowed, with the count and the limit', () => {
    const eleven = Array.from({ length: 11 }, (_, i) => `T${i}`).join(',')
    const error = refusal({ company_symbols: eleven })
    expect(error.field).toBe('company_symbols')
    expect(error.message).toContain('11')
    expect(error.message).toContain('10')
    expect(parse({ company_symbols: `${eleven.slice(0, -4)},T1,t2` })).toHaveLength(10)
  })

  it('refuses a field there is none of, with the nearest that there is', () => {
    const error = refusal({ company_symbols: 'AAPL', asof: '2012-06-29' })
    expect(error.field).toBe('asof')
    expect(error.message).toBe('unknown field "asof"; did you mean "as_of"?')
    expect(refusal({ company_symbol: 'AAPL' }).message).toContain('did you mean "company_symbols"?')
  })

  it('names the list of tickers as its caller does', () => {
    const options = { maxTickers: 10, symbolsField: 'tickers' }
    expect(parseLaunchForm({ tickers: 'ibm' }, options)[0]!.ticker).toBe('IBM')
    expect(() => parseLaunchForm({ tickers: '' }, options)).toThrow(/^tickers/)
    expect(() => parseLaunchForm({ company_symbols: 'IBM', tickers: 'IBM' }, options)).toThrow(
      /unknown field/,
    )
  })

  it('describes itself for the documentation, field by field', () => {
    const json = z.toJSONSchema(assessmentLaunchSchema, { io: 'input', unrepresentable: 'any' })
    expect(Object.keys(json.properties ?? {})).toEqual([
      'company_symbols',
      'as_of',
      'analysts',
      'rounds',
      'repeats',
      'mode',
      'deep_model',
      'quick_model',
      'role_models',
      'budget_usd',
      'budget_tokens',
    ])
    for (const property of Object.values(json.properties ?? {})) {
      expect(property).toMatchObject({ title: expect.any(String), description: expect.any(String) })
    }
    expect(json.required).toEqual(['company_symbols'])
  })
})
