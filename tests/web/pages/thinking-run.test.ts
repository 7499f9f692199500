/** The page of a run in which models think: what it costs, what it may spend, what is to be known of its verdict. */
import { load } from 'cheerio'
import { expect, test } from 'vitest'
import { GAP_EVENT, THINKING_EVENT, UNVERIFIED_EVENT } from '../../../src/committee/state.ts'
import { findChangedParts, takeApart } from '../../../src/web/regions/region-parts.ts'
import {
  beginThinking,
  fillDesk,
  fillThinking,
  HOSTILE,
  MODELS,
  spend,
  work,
} from '../../support/page-desk.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()

function post(site: PageSite, path: string, fields: Record<string, string>, headers: object = {}) {
  return site.request(path, {
    method: 'POST',
    headers: { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields),
  })
}

test('cost, tokens and how much of the budget they are stand in a region of their own, and nothing with rules', async () => {
  const site = createPageSite()
  const { thought, broke } = fillThinking(site.desk)
  const { running } = fillDesk(site.desk)
  const ended = (await site.get(`/runs/${thought}`)).$
  expect(words(ended('.cost').text())).toContain(
    '0.1178 USD · 9 model calls, 52,440 tokens read, 8,625 written',
  )
  expect(words(ended('.bound').text())).toBe('Budget0.1178 of 0.5000 USD24 %')
  const paused = (await site.get(`/runs/${broke}`)).$
  expect(
    paused('.bound meter')
      .map((_, meter) => [[paused(meter).attr('aria-label'), paused(meter).attr('value')]])
      .get(),
  ).toEqual([
    ['Budget in USD', '91'],
    ['Budget in tokens', '32'],
  ])
  expect(words((await site.get(`/runs/${running}`)).$('#run-cost').text())).toBe('')
})

test('a model call is told to the reader of a run in little', async () => {
  const site = createPageSite()
  const runId = beginThinking(site.desk)
  const page = await site.pages.resolvePage(new URL(`http://desk/runs/${runId}`))
  const { watch } = page!.regions.find(({ id }) => id === 'run-cost')!
  expect(watch).toContainEqual({ run: runId, aspects: ['usage', 'status'] })
  spend(site.desk, runId, 'bull', { usd: null })
  const { $ } = await site.get(`/runs/${runId}`)
  expect($('.cost').text()).toContain('cost unknown')
  expect($.html($('#run-cost')).length).toBeLessThan(600)
})

test('a run that is paused for its budget says why and takes a new bound; others are offered none', async () => {
  const site = createPageSite()
  const { broke } = fillThinking(site.desk)
  const { paused } = fillDesk(site.desk)
  const { $, html } = await site.get(`/runs/${broke}`)
  expect(words($('#run-cost [role=note]').text())).toContain(
    'Paused for its budget. The next call could bring the run to 0.0702 USD, past its bound of 0.0500 USD; 0.0457 USD are spent.',
  )
  expect($('#raise-usd').attr('placeholder')).toBe('now 0.0500')
  expect($('#raise-tokens').attr('placeholder')).toBe('now 60,000')
  const actions = $('#page form[method=post][action^="/runs/"]')
    .map((_, form) => $(form).attr('action'))
    .get()
  expect(actions).toEqual([`/runs/${broke}/budget`, `/runs/${broke}/cancel`])
  expect(html).not.toContain('http-equiv="refresh"')
  expect((await site.get(`/runs/${paused}`)).$('[action$="/budget"]')).toHaveLength(0)

  const raised = await post(site, `/runs/${broke}/budget`, { usd: '0.25', tokens: '' })
  expect([raised.status, raised.headers.get('location')]).toEqual([303, `/runs/${broke}`])
  expect(site.desk.asked).toEqual([`budget ${broke} {"usd":0.25}`])
  const after = (await site.get(`/runs/${broke}`)).$
  expect(after('[action$="/budget"]')).toHaveLength(0)
  expect(words(after('.bound').first().text())).toContain('0.0457 of 0.2500 USD')
})

test('a bound that cannot be taken is told beside its field, with what was typed: on the page without script, else in place', async () => {
  const site = createPageSite()
  const { broke } = fillThinking(site.desk)
  const typed = { usd: '-1', tokens: '90000' }
  for (const headers of [{}, { 'HX-Request': 'true' }]) {
    const response = await post(site, `/runs/${broke}/budget`, typed, headers)
    expect(response.status).toBe(400)
    const html = await response.text()
    const isPiece = html.startsWith('<hx-partial hx-target="#run-cost"')
    expect(isPiece).toBe('HX-Request' in headers)
    const $ = load(html)
    const field = $('#raise-usd')
    expect(field.attr()).toMatchObject({ value: '-1', 'aria-invalid': 'true' })
    expect($(`#${field.attr('aria-describedby')!.split(' ')[0]}`).text()).toContain(
      'New bound in USD is "-1"; it must be a number above 0',
    )
    expect($('#raise-tokens').attr('value')).toBe('90000')
    expect($('#raise-tokens').attr()).not.toHaveProperty('aria-invalid')
  }
  const none = load(await (await post(site, `/runs/${broke}/budget`, { usd: '', tokens: '' })).text())
  expect(none('[role=alert]').text()).toContain('Type a new bound in USD, in tokens, or both.')
  // What one reader typed is nobody else's.
  expect((await site.get(`/runs/${broke}`)).$('#raise-usd').attr('value')).toBe('')
})

test('a run that has ended, and one there is not, are refused as a cancel is', async () => {
  const site = createPageSite()
  const { broke, thought } = fillThinking(site.desk)
  const status = async (path: string, fields: Record<string, string>) =>
    (await post(site, path, fields)).status
  expect(await status(`/runs/${thought}/budget`, { usd: '1' })).toBe(409)
  expect(await status(`/runs/${broke}/rerun`, {})).toBe(409)
  expect(await status(`/runs/${thought}/rerun`, { from_step: 'no' })).toBe(400)
  expect(await status('/runs/AAPL--2026-11-20_10.00.00--ffffff/rerun', {})).toBe(404)
  expect(await status('/runs/..%2Fetc/rerun', {})).toBe(400)
})

test('a run whose answer could not be used offers to ask that role again, before all else', async () => {
  const site = createPageSite()
  const { unread } = fillThinking(site.desk)
  const { $ } = await site.get(`/runs/${unread}`)
  const forms = $('#run-header form')
  expect(forms.map((_, form) => words($(form).text())).get()).toEqual([
    'Ask the trader again GOOG',
    'Run again GOOG',
  ])
  expect(forms.first().find('button').attr('class')).toBe('primary')
  expect(forms.first().find('[name=from_step]').attr('value')).toBe('trader')
  expect(forms.last().find('[name=from_step]')).toHaveLength(0)
  expect(words($('#run-header .note').text())).toContain('takes over the 2 steps before it')
})

test('a call that waits for its next try, or for a permit, is told while it waits', async () => {
  const site = createPageSite()
  const runId = beginThinking(site.desk)
  work(site.desk, runId, 'bull', { open: true })
  let waits = 0
  const begin = (kind: 'permit' | 'back_off', why: string | null, lastsMs: number | null) => {
    const sinceMs = site.clock.now()
    const facts = { key: 'bull', node_id: 'bull', wait: ++waits, for: kind, tier: 'openai:gpt-4.1' }
    const since = new Date(sinceMs).toISOString()
    const until = lastsMs === null ? null : new Date(sinceMs + lastsMs).toISOString()
    site.desk.emit(runId, { type: 'step_waiting', ...facts, since, until, why })
    return () =>
      site.desk.emit(runId, { type: 'step_waited', ...facts, since, ms: site.clock.now() - sinceMs })
  }
  const told = async () => words((await site.get(`/runs/${runId}`)).$('#run-waiting').text())
  expect(await told()).toBe('')
  const end = begin('back_off', 'openai:gpt-4.1 answered 429; try 2 of at most 5', 3_000)
  await site.clock.advance(2_000)
  expect(await told()).toBe(
    '‖Bull researcher waits to try again: openai:gpt-4.1 answered 429; try 2 of at most 5 (for 2 s of 3.0 s)',
  )
  end()
  expect(await told()).toBe('')
  begin('permit', null, null)
  await site.clock.advance(1_000)
  begin('permit', null, null)
  expect(await told()).toBe('‖Bull researcher waits for the limit of openai:gpt-4.1 (2 calls) (for 1 s)')
  site.desk.emit(runId, { type: 'run_paused', reason: 'asked' })
  expect(await told()).toBe('')
})

test('what no evidence bears out is listed once for each role that said it, and counted as figures', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const figure = (number: string, text: string) => ({ number, text })
  for (const [role, figures] of [
    ['portfolio_manager', [figure('31.4', 'it is up 31.4 % since spring')]],
    ['bull', [figure('7', 'up 7 of'), figure('7', 'again 7 of'), figure('1.2', '## Sales | $1.2bn')]],
  ] as const)
    site.desk.emit(thought, { type: UNVERIFIED_EVENT, role, figures })
  const { $ } = await site.get(`/runs/${thought}`)
  expect(words($('.unborne > b').text())).toBe('No evidence bears out 3 figures:')
  expect(
    $('.unborne li')
      .map((_, item) => words($(item).text()))
      .get(),
  ).toEqual([
    'Market analyst: 31.4 in “… above its average. Volume rose 31.4 % in June, and the trend has held 31.4”',
    'Bull researcher: 7 in “up 7 of”',
    'Bull researcher: 1.2 in “Sales $1.2bn”',
    'Portfolio manager: 31.4 in “it is up 31.4 % since spring”',
  ])
})

test('a run that has ended can be run again: by its kind of end as a whole, and from an agent that began', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { failed, canceled, running, completed } = fillDesk(site.desk)
  const label = async (runId: string) =>
    words((await site.get(`/runs/${runId}`)).$('#run-header form').text())
  expect(await label(completed)).toBe('Run again AAPL')
  expect(await label(failed)).toBe('Go on where it stopped IBM')
  expect(await label(canceled)).toBe('Go on where it stopped MSFT')
  const fromNode = async (runId: string, node: string) =>
    (await site.get(`/runs/${runId}?node=${node}`)).$('#run-report [name=from_step]').attr('value')
  expect(await fromNode(thought, 'trader')).toBe('trader')
  expect(await fromNode(thought, 'trader_report')).toBeUndefined()
  expect(await fromNode(thought, 'phase_risk')).toBeUndefined()
  expect(await fromNode(completed, 'news')).toBeUndefined()
  expect(await fromNode(running, 'market')).toBeUndefined()
})

test('a run whose files were pruned cannot be run again, and is not offered to be', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  site.desk.pruned.add(thought)
  const { $, status } = await site.get(`/runs/${thought}`)
  expect(status).toBe(200)
  expect($('form[action$="/rerun"]')).toHaveLength(0)
  expect($('.cost').text()).toContain('0.1178 USD')
})

test('the first step of an agent with several is the one it is run again from', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  for (const key of ['bull:1', 'bull:1/ask', 'bull:2']) {
    site.desk.emit(runId, { type: 'step_started', key, input_hash: '', attempt: 1, node_id: 'bull' })
    site.desk.emit(runId, { type: 'step_completed', key, result: null })
  }
  site.desk.complete(runId)
  const { $ } = await site.get(`/runs/${runId}?node=bull`)
  expect($('#run-report [name=from_step]').attr('value')).toBe('bull:1')
})

test('after a rerun the reader is at the new run, which says whose steps it took over', async () => {
  const site = createPageSite()
  const { thought, again } = fillThinking(site.desk)
  const whole = await post(site, `/runs/${thought}/rerun`, { from_step: 'trader' })
  expect(whole.status).toBe(303)
  expect(whole.headers.get('location')).toMatch(/^\/runs\/AAPL--/)
  expect(site.desk.asked).toEqual([`rerun ${thought} from trader`])
  const soft = await post(site, `/runs/${thought}/rerun`, {}, { 'HX-Request': 'true' })
  expect([soft.status, await soft.text()]).toEqual([204, ''])
  expect((await site.get(soft.headers.get('hx-redirect')!)).status).toBe(200)
  const json = await site.request(`/runs/${thought}/rerun`, { method: 'POST' })
  expect(json.status).toBe(202)
  const { $ } = await site.get(`/runs/${again}`)
  expect(words($('.facts').text())).toContain(`took over 3 steps from ${thought}`)
  expect($('.facts a').attr('href')).toBe(`/runs/${thought}`)
})

test('what was taken over is counted with what it saved, and both runs are added up', async () => {
  const site = createPageSite()
  const { thought, again } = fillThinking(site.desk)
  for (const key of ['data', 'market']) {
    site.desk.emit(again, { type: 'step_started', key, input_hash: '', attempt: 1, node_id: key })
    const saved = { reused_from: thought, saved_usd: key === 'data' ? 0 : 0.0186, saved_ms: 4_000 }
    site.desk.emit(again, { type: 'step_completed', key, result: null, ...saved })
  }
  spend(site.desk, again, 'trader', { usd: 0.01 })
  const { $ } = await site.get(`/runs/${again}`)
  expect(words($('.facts').text())).toContain(
    `took over 2 steps from ${thought}, saved 0.0186 USD and 8.0 sboth together 0.1278 USD`,
  )
})

test('each agent shows its model and what that used, quietly', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { $ } = await site.get(`/runs/${thought}?node=market`)
  const market = $('[data-node=market]')
  expect(market.find('.node-cost').text()).toBe('$0.0186')
  expect(market.attr('title')).toBe(`${MODELS.quick} · 1 call, 11,480 tokens read, 1,905 written, 0.0186 USD`)
  expect($('[data-node=data] .node-cost')).toHaveLength(0)
  expect($('[data-node=portfolio_manager]').attr('title')).toContain(MODELS.deep)
  expect(words($('#report-by').text())).toBe(market.attr('title'))
})

test('what models may know past the day, and who could not bring what was asked, stand above the decision', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { running } = fillDesk(site.desk)
  site.desk.emit(thought, { type: GAP_EVENT, analyst: 'sentiment', reason: HOSTILE })
  const { $ } = await site.get(`/runs/${thought}`)
  const notes = $('#run-notes [role=note]')
  expect(words(notes.first().text())).toContain(
    `${MODELS.deep} and ${MODELS.quick} have read up to 2024-06-01`,
  )
  expect(words(notes.last().text())).toContain(
    'News analyst: news feed feeds.example answered 503 three times',
  )
  expect(notes.last().text()).toContain(HOSTILE)
  expect((await site.get(`/runs/${running}`)).$('#run-notes [role=note]')).toHaveLength(0)
})

test('a run that ended without a verdict has none that may know too much', async () => {
  const site = createPageSite()
  const { broke } = fillThinking(site.desk)
  site.desk.emit(broke, {
    type: THINKING_EVENT,
    ...{ mode: 'llm', models: {}, warning: 'They have read up to 2024-06-01.' },
  })
  const notes = async () => words((await site.get(`/runs/${broke}`)).$('#run-notes').text())
  expect(await notes()).toContain('Its verdict may know too much. They have read up to 2024-06-01.')
  site.desk.emit(broke, { type: 'run_canceled' })
  expect(await notes()).not.toContain('know too much')
})

test('how far the answers agreed is told in words and as a table, the last to decide first', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { $ } = await site.get(`/runs/${thought}`)
  expect(
    $('.spread caption')
      .map((_, caption) => words($(caption).text()))
      .get(),
  ).toEqual([
    'Portfolio manager: Buy 3 · Hold 1 · unreadable 1 of 5',
    'Research manager: Buy 3 · Hold 1 of 4',
  ])
  const row = $('.spread').first().find('tbody tr').first()
  expect(words(row.text())).toBe('Buy3 of 53 of 5')
  expect(row.find('meter').attr()).toMatchObject({ value: '3', max: '5', 'aria-label': 'Buy' })
  expect($('.conf').text()).toContain(
    'calibrated on 34 settled verdicts of its kind (the same deciding model, asked once, on days after all that its models have read): Brier score 0.181',
  )
  expect((await site.get('/')).$('.spread')).toHaveLength(0)
})

test('a verdict for a person has no confidence, says the reason once and keeps what was said', async () => {
  const site = createPageSite()
  const { unread } = fillThinking(site.desk)
  const { $ } = await site.get(`/runs/${unread}`)
  expect($('.verdict').text()).toContain('REVIEW')
  expect($('.conf').text()).toContain('For a person to decide')
  expect($('.conf-meter')).toHaveLength(0)
  expect($('#run-decision .summary').text()).toContain('stop_loss 610 lies above')
  expect($('#why-title')).toHaveLength(0)
  expect($('#raw-text summary').text()).toBe('What was said')
  const row = (await site.get('/')).$(`a[href="/runs/${unread}"]`).closest('tr')
  expect(row.find('td').eq(4).text()).toBe('–')
})

test('of a figure that stands twice in a report, only the one that no evidence bears out is marked', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { $ } = await site.get(`/runs/${thought}?node=market`)
  const marks = $('#run-report mark.unverified')
  expect(marks).toHaveLength(1)
  expect(marks.parent().prop('tagName')).toBe('STRONG')
  // What was found in one report marks no other.
  expect((await site.get(`/runs/${thought}?node=bull`)).$('#run-report mark')).toHaveLength(0)
})

test('a headline is quoted with its publisher and time, and leads nowhere', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { $ } = await site.get(`/runs/${thought}`)
  expect(words($('tr#E401 .quoted').text())).toMatch(/^“Maker of phones says .* scarce”$/)
  expect($('tr#E401 .ev-source').text()).toBe(
    'The Daily Ledger, 2012-06-28 14:05 UTC, by news feed feeds.example',
  )
  expect($('tr#E402 .quoted').text()).toBe(`“${HOSTILE.repeat(3)}”`)
  expect($('#run-evidence a')).toHaveLength(0)
})

test('a batch says what each run has cost and all together; one of rules has no such column', async () => {
  const site = createPageSite()
  const { batch } = fillThinking(site.desk)
  const rules = fillDesk(site.desk).batch
  const { $ } = await site.get(`/runs?batch=${batch}`)
  expect(words($('#verdicts-total').text())).toBe('Together0.1635 USD')
  expect($('#batch-verdicts tbody tr').first().text()).toContain('0.1178 USD')
  expect((await site.get(`/runs?batch=${rules}`)).$('#batch-verdicts').text()).not.toContain('Cost')
})

test('of a report that is being written only its last block is sent again, and of a call only what it used', async () => {
  const site = createPageSite()
  const runId = beginThinking(site.desk)
  const write = (text: string) =>
    site.desk.emit(runId, { type: 'content_appended', key: 'bull', node_id: 'bull_report', text })
  work(site.desk, runId, 'bull', {
    text: `# Bull\n\n${'The trend carries [E2]. '.repeat(40)}\n\nAnd`,
    open: true,
  })
  spend(site.desk, runId, 'bull')
  const readParts = async () => {
    const { regions } = (await site.pages.resolvePage(new URL(`http://desk/runs/${runId}`)))!
    const region = regions.find(({ id }) => id === 'run-report')!
    return takeApart(site.renderer.renderRegion(region, await region.data()))
  }
  const before = await readParts()
  write(' so does 31.4 % [E1]')
  const after = await readParts()
  const changed = findChangedParts(before, after)!
  expect(changed.map(([id]) => id)).toEqual(['report-growing'])
  expect(load(changed[0]![1]).root().text().trim()).toBe('And so does 31.4\u00a0% E1')
  spend(site.desk, runId, 'bull')
  expect(findChangedParts(after, await readParts())!.map(([id]) => id)).toEqual(['report-by'])
})

test('a report that is whole stands in one piece', async () => {
  const site = createPageSite()
  const { thought } = fillThinking(site.desk)
  const { $ } = await site.get(`/runs/${thought}?node=market`)
  expect($('#report-settled').children()).toHaveLength(2)
  expect($('#report-growing').html()).toBe('')
})
