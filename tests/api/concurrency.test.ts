import { expect, it } from 'vitest'
import { createWebDesk } from '../support/web-desk.ts'

const post = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

it('shows what is set and what is under way, tier by tier', async () => {
  const { request, concurrency } = await createWebDesk()
  const permit = await concurrency.limiter.acquire(
    ['global', 'openai'],
    'a run',
    new AbortController().signal,
  )
  const answer = (await (await request('/metrics/concurrency')).json()) as Record<string, unknown>
  expect(answer).toMatchObject({ llm_max_concurrency: 8, llm_provider_limits: { openai: 6 } })
  const tiers = answer.tiers as Record<string, unknown>[]
  expect(tiers.find(({ tier }) => tier === 'openai')).toMatchObject({
    tier: 'openai',
    limit: 6,
    adapted_limit: 6,
    in_use: 1,
    waiting: 0,
    rate_limited: 0,
    retries: 0,
    back_off_seconds: 0,
  })
  permit.release()
})

it('changes the limits at once: whoever waited for room gets it', async () => {
  const { request, concurrency } = await createWebDesk()
  await request('/metrics/concurrency', post({ llm_max_concurrency: 1, llm_provider_limits: {} }))
  const { signal } = new AbortController()
  await concurrency.limiter.acquire(['global'], 'one', signal)
  const second = concurrency.limiter.acquire(['global'], 'two', signal)
  expect(concurrency.tiers().find(({ tier }) => tier === 'global')).toMatchObject({ in_use: 1, waiting: 1 })
  const changed = await request('/metrics/concurrency', post({ llm_max_concurrency: '2' }))
  expect(changed.status).toBe(200)
  await second
  const answer = (await changed.json()) as { tiers: { tier: string; limit: number }[] }
  expect(answer.tiers.find(({ tier }) => tier === 'global')!.limit).toBe(2)
})

it('takes provider limits as a record or as the setting writes them', async () => {
  const { request, concurrency } = await createWebDesk()
  await request('/metrics/concurrency', post({ llm_provider_limits: 'openai:3, openai:gpt-4o:2' }))
  expect(concurrency.limits.llm_provider_limits).toEqual({ openai: 3, 'openai:gpt-4o': 2 })
  await request('/metrics/concurrency', post({ llm_provider_limits: { anthropic: 1 } }))
  expect(concurrency.limits.llm_provider_limits).toEqual({ anthropic: 1 })
})

it.each([
  [{}, 'name a limit'],
  [{ llm_max_concurrency: 0 }, 'llm_max_concurrency is "0"; allowed: a whole number from 1 to 1000'],
  [{ llm_max_concurrency: 'many' }, 'llm_max_concurrency is "many"'],
  [{ max_concurrency: 3 }, 'unknown field "max_concurrency"; did you mean'],
  [{ llm_provider_limits: 'openai' }, 'llm_provider_limits is "openai"'],
  [{ llm_provider_limits: { openai: 1.5 } }, 'llm_provider_limits of openai is "1.5"'],
  [
    { llm_provider_limits: 'opnai:3' },
    'llm_provider_limits is "opnai:3": there is no provider "opnai"; did you mean',
  ],
  [{ llm_provider_limits: { 'nope:x': 3 } }, 'there is no provider "nope"; known are openai, anthropic'],
  [{ llm_provider_limits: 'openai:3,openai:4' }, '"openai" is named twice'],
  [{ llm_provider_limits: 7 }, 'llm_provider_limits is "7"'],
])('refuses %j and changes nothing', async (body, message) => {
  const { request, concurrency } = await createWebDesk()
  const answer = await request('/metrics/concurrency', post(body))
  expect(answer.status).toBe(400)
  expect(((await answer.json()) as { error: string }).error).toContain(message)
  expect(concurrency.limits).toEqual({ llm_max_concurrency: 8, llm_provider_limits: { openai: 6 } })
})

it('asks whoever changes or reads them to sign in where there is a password', async () => {
  const { request } = await createWebDesk({ config: { authPassword: 'a long password' } })
  expect((await request('/metrics/concurrency')).status).toBe(401)
  expect((await request('/metrics/concurrency', post({ llm_max_concurrency: 1 }))).status).toBe(401)
})
