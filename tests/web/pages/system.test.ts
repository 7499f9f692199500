import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config.ts'
import { createPayloadMeter } from '../../../src/core/payload-meter.ts'
import type { NoticeFacts } from '../../../src/web/view-models/notices-view.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'
import { runIdOf, summaryOf } from '../../support/run-facts.ts'

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

test('who is told of runs that end stands with what became of each message', async () => {
  const off = (await createPageSite().get('/system')).$
  expect(words(off('#notices').text())).toContain('Nobody is told of runs that end. Set NOTIFY_WEBHOOK_URL')
  const none = (await createPageSite({ notices: () => [] }).get('/system')).$
  expect(words(none('#notices').text())).toContain('No run has ended since messages are sent')

  const noticeOf = (n: number, facts: Partial<NoticeFacts>): NoticeFacts => ({
    notice: { id: `n${n}`, event: 'run.completed', run: summaryOf({ run_id: runIdOf(n) }) },
    ...{ state: 'delivered', tries: 1, problem: null, updated_at: '2026-11-20T10:00:00.000Z', ...facts },
  })
  const notices = () => [
    noticeOf(3, { state: 'waiting', tries: 0 }),
    noticeOf(2, { state: 'given_up', tries: 9, problem: 'answered <b>503</b>' }),
    noticeOf(1, {}),
  ]
  const { $ } = await createPageSite({ notices }).get('/system')
  const rows = $('#notices tbody tr').map((_, row) => words($(row).find('td').text()))
  expect(rows.get()).toEqual([
    'completed◐ on its way0 tries2026-11-20 10:00',
    'completed✕ given up answered <b>503</b>9 tries2026-11-20 10:00',
    'completed✓ received1 try2026-11-20 10:00',
  ])
  expect($('#notices tbody a').first().attr('href')).toBe(`/runs/${runIdOf(3)}`)
  expect($('#notices [hx-get]').attr('hx-trigger')).toBe('every 5s')
})

test('what live updates have saved is shown by way and by run, and what to do where nothing was counted', async () => {
  const none = (await createPageSite().get('/system')).$
  expect(words(none('#payload').text())).toContain('Nobody has watched a run since the start')
  const payload = createPayloadMeter()
  const site = createPageSite({ payload })
  const runId = site.desk.add()
  payload.count('socket', runId, { sent: 512, whole: 10_240 }, 3)
  payload.count('page', null, { sent: 2_048, whole: 4_096 })
  const { $ } = await site.get('/system')
  const rows = $('#payload tbody tr')
    .map((_, row) =>
      words(
        $(row)
          .find('th, td')
          .map((_, cell) => $(cell).text())
          .get()
          .join(' | '),
      ),
    )
    .get()
  expect(rows).toEqual([
    'Sockets | 3 | 1.5 KB | 30.0 KB | 95.0 %',
    'Pages | 1 | 2.0 KB | 4.0 KB | 50.0 %',
    `${runId} | Sockets | 3 | 1.5 KB | 30.0 KB | 95.0 %`,
  ])
  expect($('#payload tbody a').attr('href')).toBe(`/runs/${encodeURIComponent(runId)}`)
})

test('a vendor that fails says when, for which ticker and why, and whether it has answered since', async () => {
  const market = async (health: { answered_at: string | null }) => {
    const failure = { at: '2026-11-20T10:00:00.000Z', ticker: 'AAPL', reason: 'answered <503>' }
    const site = createPageSite({ vendorHealth: () => ({ ...health, failure }) })
    return words((await site.get('/system')).$('section:has(#market-title) > p').text())
  }
  expect(await market({ answered_at: null })).toContain(
    'has not answered, since the start.✕ It failed 2026-11-20 10:00 for AAPL: answered <503>',
  )
  expect(await market({ answered_at: '2026-11-20T10:05:00.000Z' })).toContain(
    'It last answered 2026-11-20 10:05 ✕ It failed 2026-11-20 10:00 for AAPL: answered <503>. It has answered since.',
  )
})
