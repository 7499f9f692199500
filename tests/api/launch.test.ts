import { describe, expect, it } from 'vitest'
import { createWebDesk } from '../support/web-desk.ts'

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const JSON_TYPE = { 'Content-Type': 'application/json' }
const post = (headers: Record<string, string>, body: string): RequestInit => ({
  method: 'POST',
  headers,
  body,
})

describe('a launch', () => {
  it.each([
    ['a form', FORM, 'company_symbols=aapl,%20MSFT,AAPL&as_of=2012-06-29&analysts=market,news&rounds=2'],
    [
      'JSON',
      JSON_TYPE,
      '{"company_symbols":"aapl, MSFT,AAPL","as_of":"2012-06-29","analysts":["market","news"],"rounds":2}',
    ],
  ])('is taken from %s, mended and without duplicates', async (_, headers, body) => {
    const { desk, request } = await createWebDesk()
    const response = await request('/start-multi', post(headers, body))
    expect(response.status).toBe(202)
    const answer = (await response.json()) as { batch_id: string; runs: { run_id: string }[] }
    expect(answer).toMatchObject({
      runs: [
        { ticker: 'AAPL', status: 'pending' },
        { ticker: 'MSFT', status: 'pending' },
      ],
    })
    expect(Object.keys(answer.runs[0]!)).toEqual(['run_id', 'ticker', 'status'])
    expect(desk.launches).toHaveLength(1)
    expect(desk.launches[0]).toMatchObject(
      ['AAPL', 'MSFT'].map((ticker) => ({
        kind: 'assessment',
        input: { ticker, as_of: '2012-06-29', analysts: ['market', 'news'], rounds: 2 },
      })),
    )
  })

  it('of one ticker is kept for older clients', async () => {
    const { desk, request } = await createWebDesk()
    const response = await request('/start-process', post(FORM, 'company_symbol=ibm'))
    expect(response.status).toBe(202)
    const { run_id } = (await response.json()) as { run_id: string }
    expect(desk.summary(run_id).ticker).toBe('IBM')
    const two = await request('/start-process', post(FORM, 'company_symbol=IBM,AAPL'))
    expect([two.status, ((await two.json()) as { error: string }).error]).toEqual([
      400,
      'company_symbol names 2 tickers; it takes one',
    ])
    expect(desk.launches).toHaveLength(1)
  })

  it('without room is refused whole, with the time to wait', async () => {
    const { desk, request } = await createWebDesk()
    desk.full = true
    const response = await request('/start-multi', post(FORM, 'company_symbols=AAPL'))
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await response.json()).toEqual({ error: 'no room for more runs' })
  })
})

describe('with ENABLE_MULTI_RUN off', () => {
  it('is of one ticker, and says which setting wants it so', async () => {
    const { desk, request } = await createWebDesk({ config: { enableMultiRun: false } })
    const response = await request('/start-multi', post(FORM, 'company_symbols=AAPL,MSFT'))
    const error = 'company_symbols names 2 tickers; at most 1 can be launched at once: ENABLE_MULTI_RUN is 0'
    expect([response.status, await response.json()]).toEqual([400, { error }])
    expect(desk.launches).toEqual([])
    const twice = await request('/start-multi', post(FORM, 'company_symbols=AAPL,%20aapl'))
    expect(twice.status).toBe(202)
    expect((await request('/start-process', post(FORM, 'company_symbol=IBM'))).status).toBe(202)
  })
})
