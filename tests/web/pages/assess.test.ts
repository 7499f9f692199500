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

test('the form offers what the market lists, within its dates, and says which analysts have no source', async () => {
  const { $ } = await createPageSite().get('/')
  expect(
    $('datalist option')
      .map((_, option) => $(option).attr('value'))
      .get(),
  ).toEqual(['AAPL', 'GOOG'])
  expect($('#as_of').attr()).toMatchObject({ min: '2000-03-01', max: '2013-03-01', value: '2013-03-01' })
  expect($('input[name=analysts][checked]')).toHaveLength(4)
  expect($('.choice small')).toHaveLength(3)
  expect($('.choice').last().text()).toContain('no source of sentiment is configured')
})

test('a market that lists nothing leaves out what it cannot tell', async () => {
  const { $ } = await createPageSite({ listings: [] }).get('/')
  expect($('datalist, .suggestions')).toHaveLength(0)
  expect($('#as_of').attr('min')).toBeUndefined()
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
  expect($('[role=alert]').text()).toContain('company_symbols')
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
