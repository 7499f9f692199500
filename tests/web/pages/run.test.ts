import { expect, test } from 'vitest'
import { barsOf, decisionOf, fillDesk, work } from '../../support/page-desk.ts'
import { createPageSite } from '../../support/page-site.ts'

test('a running run shows its bar, its stage, what can be done and the newest report', async () => {
  const site = createPageSite()
  const { running } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${running}`)
  expect($('#run-header .status').text()).toContain('running')
  expect($('#run-header progress').attr('value')).toBe('42')
  expect($('#run-header progress').attr('aria-valuetext')).toContain('42 %')
  expect(
    $('#run-header form')
      .map((_, form) => $(form).attr('action'))
      .get(),
  ).toEqual([`/runs/${running}/pause`, `/runs/${running}/cancel`])
  expect($('#run-decision').text()).toContain('Now in: Research')
  expect($('#run-report h2').text()).toContain('Bull researcher')
  expect($('[role=treeitem][aria-selected=true]').attr('data-node')).toBe('bull')
  // Followed, not asked for: no branch opens or closes under the reader.
  expect($('[data-node=bull]').attr('aria-expanded')).toBe('false')
})

test('a node in the address is the one shown and marked, and its branch is unfolded', async () => {
  const site = createPageSite()
  const { running } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${running}?node=market_report`)
  expect($('[aria-selected=true]').attr('data-node')).toBe('market_report')
  expect($('[data-node=market]').attr('aria-expanded')).toBe('true')
  expect($('[data-node=bull]').attr('aria-expanded')).toBe('false')
  expect($('#run-report .prose').text()).toContain('The close of 584.00')
  expect($('#run-report a[data-forget-node]').attr('href')).toBe(`/runs/${running}`)
})

test('a completed run shows its verdict, levels, sizes, caps, what changed, and a chart with the levels', async () => {
  const site = createPageSite()
  const { completed } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${completed}`)
  expect($('#run-header progress')).toHaveLength(0)
  expect($('.verdict > .verdict-badge').text()).toContain('BUY')
  const risk = $('.risk tbody tr')
    .map((_, row) => $(row).text().trim().replace(/\s+/g, ' '))
    .get()
  expect(risk.join('; ')).toContain('Stop loss556.90−4.64 %−27.10')
  expect(risk.at(-1)).toContain('2.00')
  expect($('.caps').text()).toContain('volatility cap')
  expect($('.caps').text()).toContain('31.0 % → 20.0 %')
  expect($('#run-decision .prior').text()).toContain('HOLD → BUY')
  expect($('#run-decision .prior a[href^="/runs/compare"]').attr('href')).toMatch(
    new RegExp(`^/runs/compare\\?ids=[^,]+,${completed}$`),
  )
  expect($('#run-chart svg[role=img] desc').first().text()).toContain('Stop 556.90')
  expect($('#run-decision .in-lab a').attr('href')).toMatch(
    /^\/lab\/new\?kind=backtest&strategy=committee-rule&ticker=[A-Z]+&end=\d{4}-\d\d-\d\d&/,
  )
})

test('a citation is a chip that jumps to its evidence and tells it; an unknown one leads nowhere', async () => {
  const site = createPageSite()
  const { completed } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${completed}?node=portfolio_manager`)
  const chip = $('#run-report a.chip')
  expect(chip.attr('href')).toBe('#E1')
  expect(chip.attr('title')).toContain('Close: 584.00')
  expect($('tr#E1 td').eq(1).text()).toBe('584.00')
  expect($('#run-report .chip-unknown').text()).toBe('E99')
})

test('a figure that matches no evidence is marked wherever it stands', async () => {
  const site = createPageSite()
  const { completed } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${completed}?node=portfolio_manager`)
  expect($('.summary mark.unverified').text()).toBe('31.4')
  expect($('.summary').text()).toContain('31.4\u00a0% since')
  expect($('#run-report mark.unverified').text()).toBe('31.4')
})

test('the newest report is that of who began last; nothing that began earlier comes back before it', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  const shown = async () =>
    (await site.get(`/runs/${runId}`)).$('[role=treeitem][aria-selected=true]').attr('data-node')
  work(site.desk, runId, 'neutral', { text: 'Neutral.' })
  expect(await shown()).toBe('neutral')
  work(site.desk, runId, 'portfolio_manager', { open: true })
  // It has written nothing yet, so there is nothing to show.
  expect(await shown()).toBe('neutral')
  const write = (text: string) =>
    site.desk.emit(runId, {
      type: 'content_replaced',
      key: 'portfolio_manager',
      node_id: 'portfolio_manager_report',
      text,
    })
  write('First')
  expect(await shown()).toBe('portfolio_manager')
  // Between its tries.
  write('')
  expect(await shown()).toBe('portfolio_manager')
  write('Second')
  site.desk.emit(runId, { type: 'step_completed', key: 'portfolio_manager', result: null })
  site.desk.emit(runId, { type: 'decision_ready', decision: decisionOf(runId) })
  expect(await shown()).toBe('portfolio_manager')
  site.desk.complete(runId)
  expect(await shown()).toBe('portfolio_manager')
})

test('of those who work side by side the one shown does not change back and forth', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  const shown = async () =>
    (await site.get(`/runs/${runId}`)).$('[role=treeitem][aria-selected=true]').attr('data-node')
  for (const role of ['aggressive', 'conservative', 'neutral']) work(site.desk, runId, role, { open: true })
  const append = (role: string) =>
    site.desk.emit(runId, { type: 'content_appended', key: role, node_id: `${role}_report`, text: 'x ' })
  const seen: (string | undefined)[] = []
  for (const role of ['conservative', 'aggressive', 'neutral', 'aggressive', 'conservative']) {
    append(role)
    seen.push(await shown())
  }
  expect(seen).toEqual(['conservative', 'conservative', 'neutral', 'neutral', 'neutral'])
})

test('in a further round whoever speaks again is the newest', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  const speak = (key: string, role: string) => {
    site.desk.emit(runId, { type: 'step_started', key, input_hash: '', attempt: 1, node_id: role })
    site.desk.emit(runId, { type: 'content_appended', key, node_id: `${role}_report`, text: `${key} ` })
    site.desk.emit(runId, { type: 'step_completed', key, result: null })
  }
  speak('bull:1', 'bull')
  speak('bear:1', 'bear')
  speak('bull:2', 'bull')
  const { $ } = await site.get(`/runs/${runId}`)
  expect($('[role=treeitem][aria-selected=true]').attr('data-node')).toBe('bull')
})

test('a paused run says that it is, not where it works', async () => {
  const site = createPageSite()
  const { paused } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${paused}`)
  expect($('#run-decision').text()).toContain('Paused before the verdict')
  expect($('#run-decision').text()).not.toContain('Now in')
  expect($('#run-decision .tone-work')).toHaveLength(0)
})

test('HOLD says that it sets no levels instead of leaving a table of nothing', async () => {
  const site = createPageSite()
  const { hold } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${hold}`)
  expect($('.risk')).toHaveLength(0)
  expect($('#run-decision').text()).toContain('HOLD sets no entry, stop or target.')
  expect($('.position').text()).toContain('No position is taken.')
  expect(
    $('.position dd')
      .map((_, cell) => $(cell).text())
      .get(),
  ).toEqual(['–', '–', '–', '–'])
})

test('a failed run keeps its bar where it stopped, says why in head and tree, and what was kept', async () => {
  const site = createPageSite()
  const { failed } = fillDesk(site.desk)
  const { $ } = await site.get(`/runs/${failed}`)
  expect($('#run-header progress').attr('value')).toBe('7')
  expect($('#run-header [role=alert]').text()).toContain('are kept below')
  expect($('[data-node=market] .node-reason').text()).toContain('prices end early')
  expect($('[data-node=market]').attr('title')).toContain('prices end early')
  expect($('[data-node=bull] .node-reason')).toHaveLength(0)
  expect($('[data-node=bull]').attr('title')).toContain('the run failed')
})

test('a failed run shows who failed and why; whom it never came to is not called skipped', async () => {
  const site = createPageSite()
  const { failed } = fillDesk(site.desk)
  work(site.desk, failed, 'bull', { text: 'Written before.' })
  const { $ } = await site.get(`/runs/${failed}`)
  expect($('[role=treeitem][aria-selected=true]').attr('data-node')).toBe('market')
  expect($('#run-report h2').text()).toContain('Market analyst')
  expect($('#run-report .refused').text()).toContain('prices end early')
  expect($('[data-node=trader]').text()).toContain('not reached')
  expect($('[data-node=trader]').text()).not.toContain('skipped')
  expect($('#run-header .progress-message').text()).toBe('stopped at Analysts')
})

test('after the verdict come the prices; the report that only repeats it is folded until it is asked for', async () => {
  const site = createPageSite()
  const { completed, running } = fillDesk(site.desk)
  const cards = async (path: string) => {
    const { $ } = await site.get(path)
    const names = $('.area-main > .card, .area-decision')
      .map((_, card) => $(card).attr('aria-label'))
      .get()
    return { $, names: names.slice(0, 3) }
  }
  const whole = await cards(`/runs/${completed}`)
  expect(whole.names).toEqual(['Decision', 'Price', 'Report'])
  expect(whole.$('#run-report details#report-repeated:not([open]) .prose')).toHaveLength(1)
  const asked = await cards(`/runs/${completed}?node=portfolio_manager`)
  expect(asked.$('#run-report details')).toHaveLength(0)
  expect(asked.$('#run-report .prose')).toHaveLength(1)
  const working = await cards(`/runs/${running}`)
  expect(working.names).toEqual(['Decision', 'Report', 'Price'])
  expect(working.$('#run-report .report-live[tabindex=0] .prose')).toHaveLength(1)
})

test('levels of a SELL that opens no short are what they would be; what does not change is not told', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  const { position } = decisionOf(runId)
  const exit = { ...position, fraction_of_equity: 0, shares: 0, notional: 0, risk_amount: 0, caps: [] }
  const decide = (from: number) =>
    site.desk.emit(runId, {
      type: 'decision_ready',
      decision: decisionOf(runId, {
        action: 'SELL',
        position: { ...exit, delta: { from, to: 0, reason: 'Nothing is opened.' } },
      }),
    })
  decide(0)
  const { $ } = await site.get(`/runs/${runId}`)
  expect($('.risk th').first().text()).toBe('Levels if shorted')
  expect($('.position').text()).not.toContain('Change of holding')
  decide(0.2)
  const closing = await site.get(`/runs/${runId}`)
  expect(closing.$('.position').text()).toContain('Change of holding 20.0 % → 0.0 %')
})

test('a run whose files were pruned still shows its summary and verdict', async () => {
  const site = createPageSite()
  const { completed } = fillDesk(site.desk)
  site.desk.pruned.add(completed)
  const { $, status } = await site.get(`/runs/${completed}`)
  expect(status).toBe(200)
  expect($('.verdict').text()).toContain('BUY')
  expect($('#run-header').text()).toContain('were pruned')
  expect($('#run-tree, #run-log, #run-chart')).toHaveLength(0)
  const files = $('#run-files a').toArray()
  expect(files.map((link) => link.attribs.href!.split('/').at(-1))).toEqual(['decision', 'export'])
})

test('log lines appended to a page are the very lines a fresh page shows', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  work(site.desk, runId, 'data')
  const page = await site.pages.resolvePage(new URL(`http://desk/runs/${runId}`))
  const log = page!.regions.find((region) => region.id === 'run-log')!
  const seen = await log.lastSeq!()
  site.desk.log(runId, 'one <more>')
  site.desk.log(runId, 'and one')
  const added = await log.appended!(seen)
  expect(added!.last).toBe(seen + 2)
  expect((await site.get(`/runs/${runId}`)).html).toContain(added!.html)
  expect(await log.appended!(added!.last)).toEqual({ html: '', last: added!.last })
})

test('a decision that this version cannot read is no decision rather than a broken page', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  site.desk.emit(runId, { type: 'decision_ready', decision: { ...decisionOf(runId), schema_version: 2 } })
  site.desk.complete(runId)
  const { $, status } = await site.get(`/runs/${runId}`)
  expect(status).toBe(200)
  expect($('#run-decision').text()).toContain('without a verdict')
})

test('while a run works, what is measured is cited with its value; what is not yet is no warning until it ends', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  work(site.desk, runId, 'market', { text: 'The close of 584.00 [E1] may reach 600 [E99].' })
  const { state } = site.desk
  site.desk.state = async (id) => ({ ...(await state(id)), data: { evidence: decisionOf(id).evidence } })

  const { $ } = await site.get(`/runs/${runId}`)
  expect($('#run-report a.chip').attr('title')).toContain('Close: 584.00')
  expect($('#run-report .chip-awaited').text()).toBe('E99')
  expect($('.chip-unknown')).toHaveLength(0)
  expect($('#run-evidence').text()).toContain('5 measured values so far')
  expect($('tr#E1 td').eq(1).text()).toBe('584.00')

  site.desk.emit(runId, { type: 'run_failed', error: 'prices ended' })
  const ended = (await site.get(`/runs/${runId}`)).$
  expect(ended('#run-report .chip-unknown').text()).toBe('E99')
  expect(ended('#run-report a.chip').attr('href')).toBe('#E1')
})

test('evidence that comes in is news to whoever looks at the evidence or at a report', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  const page = await site.pages.resolvePage(new URL(`http://desk/runs/${runId}`))
  for (const id of ['run-evidence', 'run-report']) {
    const { watch } = page!.regions.find((region) => region.id === id)!
    expect(watch, id).toContainEqual({ run: runId, aspects: expect.arrayContaining(['data', 'decision']) })
  }
})

test('a run of another kind shows what every run has, and nothing of a committee', async () => {
  const site = createPageSite()
  const { running } = fillDesk(site.desk)
  const { summary } = site.desk
  site.desk.summary = (id) => ({ ...summary(id), kind: 'live' })
  const { $, status } = await site.get(`/runs/${running}`)
  expect(status).toBe(200)
  expect($('#run-decision, #run-chart, #run-evidence')).toHaveLength(0)
  expect($('#run-tree h2').text()).toBe('Steps')
  expect($('#run-report .prose, #run-log, #run-files')).toHaveLength(3)
})

test('the chart says which prices it draws', async () => {
  const site = createPageSite()
  const captionOf = async (adjustment: string) => {
    const runId = site.desk.add()
    work(site.desk, runId, 'data', { result: { series: { ...barsOf().series, adjustment } } })
    return (await site.get(`/runs/${runId}`)).$('#run-chart figcaption').text()
  }
  expect(await captionOf('adjusted')).toMatch(/^Adjusted daily closes, 252 bars up to 2012-/)
  expect(await captionOf('raw')).toMatch(/^Daily closes as traded, 252 bars up to 2012-/)
})

test('the position says what its sizes are worked out for', async () => {
  const site = createPageSite()
  const runId = site.desk.add()
  const { evidence } = decisionOf(runId)
  const equity = {
    ...evidence[0]!,
    id: 'E6',
    label: 'Reference equity',
    value: 100_000,
    unit: 'money' as const,
  }
  site.desk.emit(runId, {
    type: 'decision_ready',
    decision: decisionOf(runId, { evidence: [...evidence, equity] }),
  })
  site.desk.complete(runId)
  const { $ } = await site.get(`/runs/${runId}`)
  expect($('.position').text()).toContain('Of a reference equity of 100,000; money in the price’s currency.')
})
