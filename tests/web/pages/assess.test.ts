import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

function post(site: PageSite, fields: [string, string][]): Promise<Response> {
  return site.request('/start-multi', {
    method: 'POST',
    headers: { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' },
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
  expect($('input[name=analysts][checked]')).toHaveLength(4)
  expect($('.choice small')).toHaveLength(3)
  expect($('.choice').last().text()).toContain('no source of sentiment is configured')
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
  const response = await site.request('/start-multi', { headers: { Accept: 'text/html' } })
  expect([response.status, response.headers.get('location')]).toEqual([303, '/'])
})

test('a run launched alone is shown as itself: no tabs, nothing side by side, no way to a batch of one', async () => {
  const site = createPageSite()
  const response = await post(site, [['company_symbols', 'AAPL']])
  const { $ } = await site.get(response.headers.get('location')!)
  expect($('h1').text()).toBe('AAPL')
  expect($('[role=tab], #batch-verdicts')).toHaveLength(0)
  expect($('#run-header a[href*="batch="]')).toHaveLength(0)
})
