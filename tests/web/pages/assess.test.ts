import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { parseLaunchForm } from '../../../src/committee/launch-form.ts'
import { createEstimator } from '../../support/estimator.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

function post(
  site: PageSite,
  fields: [string, string][],
  path = '/start-multi',
  headers: object = {},
): Promise<Response> {
  return site.request(path, {
    method: 'POST',
    headers: { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields),
  })
}

test('the form offers what the market lists, says what empty dates mean and which analysts have no source', async () => {
  const { $ } = await createPageSite().get('/')
  expect(
    $('datalist option')
      .map((_, option) => $(option).attr('value'))
      .get(),
  ).toEqual(['AAPL', 'GOOG'])
  // Tickers end on different days: no one date is right for all, and none may be kept from being typed.
  expect($('#as_of').attr('value')).toBe('')
  expect($('#as_of').attr()).not.toHaveProperty('max')
  expect($('#as-of-help').text()).toContain(
    'Empty means each ticker’s last bar. Bars from 2000-03-01 to 2013-03-01.',
  )
  expect($('[data-add-ticker=GOOG]').attr('title')).toBe('2004-08-19 … 2013-02-28')
  expect($('input[name=analysts][checked]')).toHaveLength(1)
  expect($('input[name=analysts]:disabled')).toHaveLength(3)
  expect(words($('#no-source').text())).toBe(
    'Three analysts are not set up on this desk. System names what they would read, and the setting for it.',
  )
})

test('a market that lists nothing leaves out what it cannot tell', async () => {
  const { $ } = await createPageSite({ listings: [] }).get('/')
  expect($('datalist, .suggestions')).toHaveLength(0)
  expect($('#as-of-help').text()).not.toContain('Bars from')
  expect($('#company_symbols').attr('list')).toBeUndefined()
})

test('a refused launch keeps what was typed and names the field and the value', async () => {
  const site = createPageSite()
  const response = await post(site, [
    ['company_symbols', 'AAPL,GO;rm "x"'],
    ['as_of', '2012-06-29'],
    ['analysts', 'market'],
    ['rounds', '2'],
  ])
  expect(response.status).toBe(400)
  const $ = load(await response.text())
  expect($('#company_symbols').attr('value')).toBe('AAPL,GO;rm "x"')
  expect($('#company_symbols').attr('aria-invalid')).toBe('true')
  expect($('#as_of').attr('value')).toBe('2012-06-29')
  expect($('#rounds').attr('value')).toBe('2')
  expect(
    $('input[name=analysts][checked]')
      .map((_, box) => $(box).attr('value'))
      .get(),
  ).toEqual(['market'])
  expect($('[role=alert]').text()).toContain('Tickers "GO;rm')
  expect($('[role=alert]').text()).not.toContain('company_symbols')
  expect($('[role=alert]').text()).toContain('GO;rm')
  expect(site.desk.launches).toEqual([])
})

test('an accepted launch leads to its batch', async () => {
  const site = createPageSite()
  const response = await post(site, [
    ['company_symbols', 'aapl, goog'],
    ['analysts', 'market'],
    ['analysts', 'news'],
  ])
  expect(response.status).toBe(303)
  const { $, status } = await site.get(response.headers.get('location')!)
  expect(status).toBe(200)
  expect($('[role=tab]')).toHaveLength(2)
})

test('tickers with a space between them are refused with the way to write them', async () => {
  const site = createPageSite()
  const $ = load(await (await post(site, [['company_symbols', 'AAPL MSFT']])).text())
  expect($('[role=alert]').text()).toContain('Put a comma between tickers.')
})

test('a form with no analyst ticked is refused, not launched with all of them', async () => {
  const site = createPageSite()
  const hidden = (await site.get('/')).$('#launch input[type=hidden][name=analysts]').attr()!
  const response = await post(site, [
    ['company_symbols', 'AAPL'],
    [hidden.name!, hidden.value!],
  ])
  expect(response.status).toBe(400)
  const $ = load(await response.text())
  expect($('[role=alert]').text()).toContain('Analysts')
  expect($('fieldset').attr('aria-invalid')).toBe('true')
  expect($('input[name=analysts][checked]')).toHaveLength(0)
  expect(site.desk.launches).toEqual([])
})

test('the address that a refused launch leaves behind leads back to the form', async () => {
  const site = createPageSite()
  for (const path of ['/start-multi', '/estimate']) {
    const response = await site.request(path, { headers: { Accept: 'text/html' } })
    expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
  }
})

test('a run launched alone is shown as itself: no tabs, nothing side by side, no way to a batch of one', async () => {
  const site = createPageSite()
  const response = await post(site, [['company_symbols', 'AAPL']])
  const { $ } = await site.get(response.headers.get('location')!)
  expect($('h1').text()).toBe('AAPL')
  expect($('[role=tab], #batch-verdicts')).toHaveLength(0)
  expect($('#run-header a[href*="batch="]')).toHaveLength(0)
})

const MODELS = { deep: 'openai:gpt-4.1', quick: null, budgetUsd: 0.5, budgetTokens: null }
const thinking: [string, string][] = [
  ['company_symbols', 'AAPL, GOOG'],
  ['analysts', 'market'],
  ['mode', 'llm'],
  ['deep_model', 'openai:gpt-4.1'],
  ['quick_model', 'openai:gpt-4.1-mini'],
]
const words = (text: string) => text.replace(/\s+/g, ' ').trim()

test('the folded part says what holds without it, and how a model is configured where none is', async () => {
  const none = (await createPageSite().get('/')).$
  expect(none('#thinking-part').attr()).not.toHaveProperty('open')
  expect(words(none('#thinking-part summary').text())).toBe('Models and budget the rules committee')
  expect(none('#thinking-part .note').text()).toContain('LLM_DEEP_MODEL')
  expect(none('#thinking-part .note a').attr('href')).toBe('/system#models')
  expect(none('#budget_usd').attr('placeholder')).toBe('no bound')

  const { $ } = await createPageSite({ models: MODELS }).get('/')
  expect(words($('#thinking-part summary').text())).toBe(
    'Models and budget openai:gpt-4.1, at most 0.5000 USD a run',
  )
  expect($('#thinking-part .note')).toHaveLength(0)
  // One of the two stands for both.
  expect(['#deep_model', '#quick_model'].map((field) => $(field).attr('placeholder'))).toEqual([
    'openai:gpt-4.1',
    'openai:gpt-4.1',
  ])
  expect($('#models-known option').attr('value')).toBe('openai:gpt-4.1')
  expect($('#budget_usd').attr('placeholder')).toBe('0.5000')
  expect($('#mode option[selected]').text()).toBe('As configured: models')
})

test('an analyst whose source is configured can be chosen, and is', async () => {
  const { $ } = await createPageSite({ sources: { fundamentals: true, news: true, sentiment: false } }).get(
    '/',
  )
  expect($('input[name=analysts][checked]')).toHaveLength(3)
  expect($('input[name=analysts]:disabled').attr('value')).toBe('sentiment')
  expect($('#no-source').text()).toContain('The sentiment analyst is not set up on this desk.')
})

test('what was typed of models is in sight after a refusal, in the words of the form', async () => {
  const site = createPageSite()
  const typed: [string, string][] = [
    ...thinking.slice(0, 3),
    ['deep_model', 'gpt 4'],
    ['role_models', 'trader=openai:x'],
    ['repeats', '3'],
    ['budget_usd', '2'],
    ['budget_tokens', '9000'],
  ]
  const $ = load(await (await post(site, typed)).text())
  expect($('#thinking-part').attr()).toHaveProperty('open')
  expect($('[role=alert]').text()).toContain(
    'Deep model is "gpt 4"; it must be provider:model, like openai:gpt-4o',
  )
  expect($('#deep_model').attr('aria-invalid')).toBe('true')
  const kept = ['#deep_model', '#role_models', '#repeats', '#budget_usd', '#budget_tokens']
  expect(kept.map((field) => $(field).attr('value'))).toEqual(['gpt 4', 'trader=openai:x', '3', '2', '9000'])
  expect($('#mode option[selected]').attr('value')).toBe('llm')
  for (const [field, value, told] of [
    ['repeats', '12', 'Repeats is "12"; the most is 9'],
    ['budget_usd', '0', 'Budget in USD is "0"; it must be a number above 0, at most 1000000, or none'],
    [
      'budget_tokens',
      'many',
      'Budget in tokens is "many"; it must be a whole number from 1 to 1000000000, or none',
    ],
    ['mode', 'dice', 'Who thinks is "dice"; it is rules or llm'],
    ['role_models', 'trader', 'Models of single roles is "trader"; it must be like trader=openai:gpt-4o'],
  ] as const) {
    const refused = load(await (await post(site, [...thinking.slice(0, 2), [field, value]])).text())
    expect(refused('[role=alert]').text(), field).toContain(told)
    expect(refused('#thinking-part').attr(), field).toHaveProperty('open')
  }
})

test('a launch carries models, repeats and budget', async () => {
  const site = createPageSite()
  const response = await post(site, [
    ...thinking,
    ['repeats', '3'],
    ['budget_usd', '0.5'],
    ['role_models', ''],
  ])
  expect(response.status).toBe(303)
  expect(site.desk.launches[0]!.map(({ input }) => input)).toMatchObject([
    {
      ...{ ticker: 'AAPL', mode: 'llm', deep_model: 'openai:gpt-4.1', quick_model: 'openai:gpt-4.1-mini' },
      ...{ repeats: 3, budget_usd: 0.5 },
    },
    { ticker: 'GOOG' },
  ])
})

test('an estimate is a piece for htmx and the page with all that was typed for a browser; nothing is launched', async () => {
  const site = createPageSite()
  const piece = await post(site, thinking, '/estimate', { 'HX-Request': 'true' })
  expect(piece.status).toBe(200)
  const html = await piece.text()
  expect(html).not.toContain('<!doctype')
  const line = words(load(html).text())
  expect(line).toMatch(
    /^About 20 model calls · \d+k tokens · 0\.\d{4} USD in all · \d+ (s|min) each run from a table of what each role usually asks$/,
  )

  const page = await post(site, thinking, '/estimate')
  const $ = load(await page.text())
  expect(words($('#estimate').text())).toBe(line)
  expect($('#company_symbols').attr('value')).toBe('AAPL, GOOG')
  expect($('#deep_model').attr('value')).toBe('openai:gpt-4.1')
  expect($('#thinking-part').attr()).toHaveProperty('open')
  expect($('[role=alert]')).toHaveLength(0)
  expect(site.desk.launches).toEqual([])
  const json = await site.request('/estimate', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(thinking),
  })
  expect(await json.json()).toMatchObject([{ ticker: 'AAPL' }, { ticker: 'GOOG' }])
})

test('an estimate of rules names no cost, one without prices says so, one of past runs says of how many', async () => {
  const lineOf = async (site: PageSite, fields: [string, string][]) =>
    words(load(await (await post(site, fields, '/estimate', { 'HX-Request': 'true' })).text()).text())
  const site = createPageSite()
  expect(await lineOf(site, [['company_symbols', 'AAPL']])).toBe('No model calls · about 1 s by the rules')
  expect(await lineOf(site, [['company_symbols', 'AAPL,GOOG']])).toBe(
    'No model calls · about 1 s each by the rules',
  )
  const unpriced: [string, string][] = [
    ...thinking.slice(0, 3),
    ['deep_model', 'compatible:x'],
    ['quick_model', 'compatible:x'],
  ]
  expect(await lineOf(site, unpriced)).toContain('cost unknown: LLM_PRICES names no price of compatible:x')

  const [input] = parseLaunchForm(Object.fromEntries(thinking), { maxTickers: 10 })
  const { shape } = (await createEstimator()([input!]))[0]!
  const past = [200, 260].map((seconds) => ({
    shape,
    execution_ms: seconds * 1_000,
    usage: { calls: 14, input_tokens: 90_000, output_tokens: 10_000, cost_usd: seconds / 1_000 },
  }))
  const measured = createPageSite({ estimate: createEstimator(past) })
  expect(await lineOf(measured, [['company_symbols', 'AAPL'], ...thinking.slice(1)])).toBe(
    'About 14 model calls · 100k tokens · 0.2000–0.2600 USD · 3–4 min measured on 2 runs of this shape',
  )
})

test('a form that cannot be launched is told calmly beside where the estimate would stand', async () => {
  const site = createPageSite()
  const ask = async (fields: [string, string][]) =>
    load(await (await post(site, fields, '/estimate', { 'HX-Request': 'true' })).text())
  const bad = await ask([...thinking, ['budget_usd', 'much']])
  expect(words(bad('.estimate-refused').text())).toBe(
    '!No estimate: Budget in USD is "much"; it must be a number above 0, at most 1000000, or none',
  )
  expect(bad('[role=alert]')).toHaveLength(0)
  expect(words((await ask([['company_symbols', ' ']]))('body').text())).toBe(
    'Name a ticker to see what it would take.',
  )
  expect((await post(site, [['company_symbols', 'A B']], '/estimate')).status).toBe(200)
})

test('a bound below what a run needs with its reservations is warned of before the launch, one above is not', async () => {
  const site = createPageSite()
  const warningOf = async (...bound: [string, string][]) =>
    words(
      load(await (await post(site, [...thinking, ...bound], '/estimate', { 'HX-Request': 'true' })).text())(
        '.estimate-refused',
      ).text(),
    )
  expect(await warningOf(['budget_usd', '0.001'])).toMatch(
    /each call reserves the most it may use: .* about 0\.\d{4} USD\.$/,
  )
  expect(await warningOf(['budget_tokens', '50000'])).toMatch(/it needs about \d\d,\d00 tokens\.$/)
  expect(await warningOf(['budget_usd', '5'], ['budget_tokens', '900000'])).toBe('')
  expect(await warningOf()).toBe('')
})

test('a link may name tickers and a day for the form; nothing is launched by it', async () => {
  const site = createPageSite({ sources: { fundamentals: true, news: false, sentiment: false } })
  const { status, $ } = await site.get('/?company_symbols=AAPL,%22%3E%3Cb%3E&as_of=2012-06-29')
  expect(status).toBe(200)
  expect($('#company_symbols').val()).toBe('AAPL,"><b>')
  expect($('#as_of').val()).toBe('2012-06-29')
  const ticked = $('input[name=analysts]:checked').toArray()
  expect(ticked.map(({ attribs }) => attribs.value)).toEqual(['market', 'fundamentals'])
  expect($('[role=alert]').length).toBe(0)
  expect(site.desk.launches).toEqual([])
})
