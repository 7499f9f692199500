/** Price files on the Lab page: what was brought in, the way to a job on it, and what is wrong with one that was not. */
import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { InputError } from '../../../src/core/errors.ts'
import type { ImportedListing } from '../../../src/lab/series-facts.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

const GOOG: ImportedListing = {
  ...{
    series: 'ab'.repeat(32),
    name: '<b>goog.csv',
    ticker: 'GOOG',
    rows: 2_148,
    first: '2004-08-19',
    last: '2013-03-01',
  },
  ...{ interval: '1 d', adjustment: 'raw', repaired: 2, imported_at: '2026-11-20T10:00:00.000Z' },
  repairs: [{ line: 7, reason: 'no prices on 2012-06-29: the row is left out' }],
  notes: [{ line: 9, reason: 'no bars between 2012-06-29 and 2012-07-13: 13 days' }],
}

function send(site: PageSite, name: string) {
  const form = new FormData()
  form.append('csv', new Blob(['Date,Open\n']), name)
  return site.request('/lab/import', { method: 'POST', body: form, headers: { Accept: 'text/html' } })
}

test('an import stands there with what was mended, and leads to a job on it', async () => {
  const { $ } = await createPageSite({ series: { list: async () => [GOOG] } }).get('/lab')
  const row = $('table.imports tbody tr')
  expect(row.find('th').text()).toBe('<b>goog.csv')
  expect(row.find('summary').text()).toBe('2 repairs, 1 remark')
  expect(row.find('li').text()).toContain('line 7: no prices on 2012-06-29')
  expect(row.find('li').last().text()).toBe('and 1 more')
  expect(row.find('a').first().attr('href')).toBe(
    `/lab/new?kind=backtest&imported=${GOOG.series}&ticker=GOOG`,
  )
})

test('a file that is taken in leads to the form of a job on its bars', async () => {
  const names: (string | null)[] = []
  const site = createPageSite({
    series: {
      async importCsv(bytes, file) {
        for await (const _piece of bytes);
        names.push(file.name())
        return GOOG
      },
    },
  })
  const answer = await send(site, 'goog.csv')
  expect([answer.status, names]).toEqual([303, ['goog.csv']])
  expect(answer.headers.get('location')).toBe(`/lab/new?kind=backtest&imported=${GOOG.series}&ticker=GOOG`)
})

test('a file that is refused is told of beside the field, a line for each fault, and nothing is lost', async () => {
  const message =
    'GOOG: line 2: high 8 is below 11; line 5: open is "x; y", not a number; and 3 more bad rows'
  const site = createPageSite({
    series: { importCsv: () => Promise.reject(new InputError('data', message)) },
  })
  const answer = await send(site, 'goog.csv')
  expect(answer.status).toBe(400)
  const $ = load(await answer.text())
  expect($('h1').text()).toBe('Lab')
  expect($('#csv').attr('aria-describedby')).toBe('csv-hint csv-error')
  expect(
    $('#csv-error li')
      .map((_, li) => $(li).text())
      .get(),
  ).toEqual([
    'GOOG: line 2: high 8 is below 11',
    'line 5: open is "x; y", not a number',
    'and 3 more bad rows',
  ])
})
