import { expect, it } from 'vitest'
import { createWebDesk } from '../support/web-desk.ts'

async function ask(body: Record<string, string>) {
  const { request } = await createWebDesk()
  const answer = await request('/estimate', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as unknown }
}

it('says for each ticker what a launch would take, and on what that rests', async () => {
  const { status, body } = await ask({
    company_symbols: 'AAPL,IBM',
    mode: 'llm',
    deep_model: 'openai:gpt-4o',
    quick_model: 'openai:gpt-4o-mini',
  })
  expect(status).toBe(200)
  expect(body).toMatchObject([
    { ticker: 'AAPL', basis: 'table', runs: 0 },
    { ticker: 'IBM', basis: 'table', runs: 0 },
  ])
  const [first] = body as { calls: { typical: number }; usd: { typical: number }; shape?: string }[]
  expect(first!.calls.typical).toBeGreaterThan(8)
  expect(first!.usd.typical).toBeGreaterThan(0)
  expect(first).not.toHaveProperty('shape')
})

it('does not invent a price', async () => {
  const { body } = await ask({
    company_symbols: 'AAPL',
    mode: 'llm',
    deep_model: 'compatible:x',
    quick_model: 'compatible:x',
  })
  expect(body).toMatchObject([{ usd: null, unpriced: ['compatible:x'] }])
})

it('prices a ticker or a day of which the market knows nothing, and its documentation says so', async () => {
  const { status, body } = await ask({ company_symbols: 'ZZZZ', as_of: '1950-01-03', mode: 'rules' })
  expect(status).toBe(200)
  expect(body).toMatchObject([{ ticker: 'ZZZZ', calls: { typical: 0 } }])
  const { request } = await createWebDesk()
  const { paths } = (await (await request('/openapi.json')).json()) as {
    paths: Record<string, { post: { description: string } }>
  }
  expect(paths['/estimate']!.post.description).toContain('whether a ticker exists')
})

it('refuses what a launch would refuse, in the same words', async () => {
  expect(await ask({ company_symbols: 'AAPL', rounds: '9' })).toEqual({
    status: 400,
    body: { error: 'rounds is "9"; the most is 3' },
  })
})
