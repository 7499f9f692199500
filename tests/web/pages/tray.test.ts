import { expect, test } from 'vitest'
import { decisionOf } from '../../support/page-desk.ts'
import { createPageSite } from '../../support/page-site.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

test('each run in the list of the tray says where it stands and offers what can be done', async () => {
  const site = createPageSite()
  const { desk } = site
  const failed = desk.add({ ticker: 'IBM' })
  desk.emit(failed, { type: 'run_failed', error: 'no bars' })
  const done = desk.add({ ticker: 'AAPL' })
  desk.emit(done, { type: 'decision_ready', decision: decisionOf(done) })
  desk.complete(done)
  const canceled = desk.add({ ticker: 'GOOG' })
  desk.emit(canceled, { type: 'run_canceled', reason: 'asked' })
  const waiting = desk.add({ ticker: 'MSFT', started: false })
  const running = desk.add({ ticker: 'MSFT' })
  desk.emit(running, { type: 'run_progress', fraction: 0.42, message: 'weighing' })

  const { $ } = await site.get('/system')
  const rows = $('.tray-list li').toArray()
  expect(rows.map((row) => row.attribs['data-tray-run'])).toEqual([running, waiting, done, failed])
  expect(rows.map((row) => words($(row).find('.tray-words').text()))).toEqual([
    '2012-06-29 · 42 % · weighing',
    'queued · 2012-06-29',
    'BUY · 2012-06-29',
    'failed · 2012-06-29',
  ])
  // Two runs of one ticker: the day tells them apart, also where they are canceled.
  expect(words($(rows[1]!).find('button').text())).toBe('Cancel MSFT 2012-06-29')
  const offers = rows.map((row) => [
    $(row).find('form[data-cancel][data-confirm]').attr('action'),
    words($(row).find('.tray-result').text()),
  ])
  expect(offers).toEqual([
    [`/runs/${running}/cancel`, ''],
    [`/runs/${waiting}/cancel`, ''],
    [undefined, 'View result of AAPL'],
    [undefined, 'See why IBM failed'],
  ])
  // Works without script: a disclosure of the browser's own, with plain links and forms.
  expect($('details#tray-menu > summary').length).toBe(1)
  expect(words($('.tray-more').text())).toBe('All runs')
})

test('those at work come first, then paused ones, then whose turn is next', async () => {
  const { desk, get } = createPageSite()
  const running = desk.add({ ticker: 'AAPL' })
  const paused = desk.add({ ticker: 'IBM' })
  desk.emit(paused, { type: 'run_paused', reason: 'asked' })
  const queued = ['GOOG', 'MSFT', 'AAPL', 'IBM'].map((ticker) => desk.add({ ticker, started: false }))
  const { $ } = await get('/system')
  const listed = $('.tray-list li').toArray()
  expect(listed.map((row) => row.attribs['data-tray-run'])).toEqual([running, paused, ...queued.slice(0, 3)])
  expect(words($('.tray-more').text())).toBe('All runs 1 more under way')
})

test('five are listed; how many more are under way is said', async () => {
  const site = createPageSite()
  for (let i = 0; i < 7; i++) site.desk.add({ ticker: `T${i}` })
  const { $ } = await site.get('/system')
  expect($('.tray-list li')).toHaveLength(5)
  expect(words($('.tray-more').text())).toBe('All runs 2 more under way')
  const { $: empty } = await createPageSite().get('/system')
  expect(words(empty('.tray-panel').text())).toContain(
    'No run yet. Launch an assessment or start a job in the lab.',
  )
})
