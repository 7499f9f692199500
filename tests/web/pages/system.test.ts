import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

async function tiersOf(site: PageSite): Promise<string[]> {
  const { $ } = await site.get('/system')
  return $('.tiers tbody tr')
    .map((_, row) =>
      words(
        $(row)
          .find('th, td')
          .map((_, cell) => words($(cell).clone().find('meter').remove().end().text()))
          .get()
          .join(' | '),
      ),
    )
    .get()
}

test('calls under way are shown tier by tier, one that slowed down with what it is set to', async () => {
  const site = createPageSite()
  const { limiter } = site.concurrency
  const signal = new AbortController().signal
  for (const owner of ['a', 'a', 'b', 'c'])
    await limiter.acquire(['global', 'openai', 'openai:gpt-4.1'], owner, signal)
  await limiter.acquire(['data', 'host:data.sec.gov'], 'a', signal)
  limiter.slowDown('openai', Number.MAX_SAFE_INTEGER)
  limiter.countRetry(['openai'], 4_200)
  void limiter.acquire(['global', 'openai', 'openai:gpt-4.1'], 'd', signal)
  expect(await tiersOf(site)).toEqual([
    'Model calls | 4 of 8 | 1 | 4 | – | – | –',
    'openai | 4 of 3 ↓slowed from 6 | 1 | 4 | 1 | 1 | 4.2 s',
    'openai:gpt-4.1 | 4 of 8 | 1 | 4 | – | – | –',
    'Data calls | 1 of 8 | – | 1 | – | – | –',
    'data.sec.gov | 1 of 8 | – | 1 | – | – | –',
  ])
})

test('the page asks for calls again while anything is under way, and not when all is quiet', async () => {
  const quiet = (await createPageSite().get('/system')).$
  expect(quiet('#system-calls [hx-get]')).toHaveLength(0)
  const site = createPageSite()
  const permit = await site.concurrency.limiter.acquire(['global'], 'a', new AbortController().signal)
  const fragment = await site.request('/system', { headers: { 'HX-Request': 'true' } })
  expect(await fragment.text()).toContain('hx-trigger="every 5s"')
  permit.release()
})

test('what asks again is what the page of a busy desk is refreshed by without script', async () => {
  const site = createPageSite()
  site.desk.add()
  const { $, html } = await site.get('/system')
  expect($('#system-calls [hx-get]').attr()).toMatchObject({ 'hx-get': '/system', 'hx-swap': 'none' })
  expect(html).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>')
})

test('models and sources are named with the hosts that may be asked; what is not set says what sets it', async () => {
  const none = (await createPageSite().get('/system')).$
  expect(words(none('#models').text())).toContain('None is configured: the rules committee thinks')
  expect(words(none('section:has(#sources-title)').text())).toContain(
    'Nothing leaves this machine for prices and sources.',
  )
  expect(none('section:has(#sources-title) dd').first().text()).toContain('FUNDAMENTALS_SOURCE')

  const site = createPageSite({
    models: { deep: 'openai:gpt-4.1', quick: null, budgetUsd: 0.05, budgetTokens: 90_000 },
    sources: { fundamentals: true, news: true, sentiment: false },
    hosts: ['data.sec.gov', 'feeds.example:8443'],
    environment: {
      ...{ FUNDAMENTALS_SOURCE: 'edgar', SEC_CONTACT: 'A Trader a@trader.example' },
      NEWS_FEEDS: 'https://feeds.example:8443/rss?key=hidden&t={ticker}',
    },
  })
  const { $ } = await site.get('/system')
  const facts = (section: string) =>
    $(`${section} dl > div`)
      .map((_, row) => words($(row).find('dt').text() + ': ' + $(row).find('dd').text()))
      .get()
  expect(facts('#models')).toEqual([
    'The two managers: openai:gpt-4.1',
    'Everyone else: openai:gpt-4.1',
    'Budget of a run in USD: 0.0500 USD',
    'Budget of a run in tokens: 90,000',
  ])
  expect(facts('section:has(#sources-title)')).toEqual([
    'Fundamentals: edgar',
    'News: feeds.example:8443',
    'Sentiment: none; SENTIMENT_SOURCE names one',
  ])
  expect(words($('section:has(#sources-title) > .sub').text())).toContain('data.sec.gov, feeds.example:8443')
})

test('every setting is printed as it is written, and no key', async () => {
  const environment = {
    LLM_PROVIDER_LIMITS: 'openai:6,openai:gpt-4.1:2',
    LLM_PRICES: 'compatible:x=0.5/1.5',
    OPENAI_API_KEY: 'sk-secret-1234',
  }
  const { config } = loadConfig({ environment, envFile: '/nowhere/.env' })
  expect(config.openaiApiKey).toBe('sk-secret-1234')
  const { $, html } = await createPageSite({ environment }).get('/system')
  const value = (env: string) =>
    $('.settings tr')
      .filter((_, row) => $(row).find('th').text() === env)
      .find('td')
      .first()
      .text()
  expect(value('LLM_PROVIDER_LIMITS')).toBe('openai:6,openai:gpt-4.1:2')
  expect(value('LLM_PRICES')).toBe('compatible:x=0.5/1.5')
  expect(value('RUN_BUDGET_USD')).toBe('not set')
  expect(value('OPENAI_API_KEY')).toBe('set (hidden)')
  expect(html).not.toContain('sk-secret')
})

test('limits that were changed since the start are shown as they are in force', async () => {
  const site = createPageSite()
  const row = async (env: string) => {
    const { $ } = await site.get('/system')
    const cells = $('.settings tr')
      .filter((_, row) => $(row).find('th').text() === env)
      .find('td')
    return [cells.eq(0).text(), cells.eq(1).text()]
  }
  expect(await row('LLM_MAX_CONCURRENCY')).toEqual(['8', 'default'])
  site.concurrency.setLimits({ llm_max_concurrency: 3, llm_provider_limits: { openai: 2 } })
  expect(await row('LLM_MAX_CONCURRENCY')).toEqual(['3', 'changed since the start'])
  expect(await row('LLM_PROVIDER_LIMITS')).toEqual(['openai:2', 'changed since the start'])
  expect((await site.get('/system')).$('section:has(#settings-title)').text()).not.toContain('Read once')
})
