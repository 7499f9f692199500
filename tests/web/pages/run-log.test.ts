import { describe, expect, test } from 'vitest'
import { fillDesk, HOSTILE } from '../../support/page-desk.ts'
import { createPageSite, type PageSiteOptions } from '../../support/page-site.ts'
import { longLogLine } from '../../support/long-run.ts'

function createSite(lines: number, options: PageSiteOptions = {}) {
  const site = createPageSite(options)
  const runId = site.desk.add()
  const say = (from: number, to: number) => {
    for (let n = from; n <= to; n++)
      site.desk.emit(runId, { type: 'log_appended', key: null, entries: [longLogLine(n, 0)] })
  }
  say(1, lines)
  const region = async (query = '') => {
    const page = await site.pages.resolvePage(new URL(`http://desk/runs/${runId}${query}`))
    return page!.regions.find(({ id }) => id === 'run-log')!
  }
  const seqs = async (query: string) => {
    const { $ } = await site.get(`/runs/${runId}${query}`)
    return $('#run-log-lines > li')
      .map((_, line) => Number(line.attribs.id!.slice('log-'.length)))
      .get()
  }
  const linkOf = async (query: string, text: string) => {
    const { $ } = await site.get(`/runs/${runId}${query}`)
    return $(`#run-log a:contains("${text}")`).attr('href')?.replace(`/runs/${runId}`, '').replace('#log', '')
  }
  return { ...site, runId, say, region, seqs, linkOf }
}

describe('the log panel', () => {
  test('shows the newest 250 lines of a longer log, and the rest page by page', async () => {
    const { seqs, linkOf } = createSite(700)
    const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i)
    expect(await seqs('')).toEqual(from(451, 250))
    const older = await linkOf('', 'Older')
    expect(older).toBe('?log_before=451')
    expect(await seqs(older!)).toEqual(from(201, 250))
    const oldest = await linkOf(older!, 'Older')
    expect(await seqs(oldest!)).toEqual(from(1, 200))
    expect(await linkOf(oldest!, 'Older')).toBeUndefined()
    const newer = await linkOf(oldest!, 'Newer')
    expect(newer).toBe('?log_after=200')
    expect(await seqs(newer!)).toEqual(from(201, 250))
    expect(await linkOf(newer!, 'Newest')).toBe('')
    expect(await linkOf('', 'Newest')).toBeUndefined()
  })

  test('is filtered by its address, keeps that in its links, and marks what was searched for', async () => {
    const { get, runId, seqs, linkOf } = createSite(700)
    expect(await seqs('?log=WARN')).toEqual([100, 200, 300, 400, 500, 600, 700])
    expect(await seqs('?log=warn&log_source=bear')).toEqual([200, 500])
    expect(await seqs('?log_source=bear&log_source=bull&log_q=LINE+20')).toEqual(
      [20, 200, 205, 206, 207, 208].filter((n) => [1, 2].includes(n % 6)),
    )
    expect(await linkOf('?log_q=line&log=INFO', 'Older')).toMatch(/^\?log=INFO&log_q=line&log_before=\d+$/)
    const { $ } = await get(`/runs/${runId}?log=WARN&log_source=bear&log_q=TREND&node=market`)
    expect($('#run-log mark').first().text()).toBe('trend')
    expect($('[name=log] option[selected]').attr('value')).toBe('WARN')
    expect(
      $('[name=log_source][checked]')
        .map((_, box) => box.attribs.value)
        .get(),
    ).toEqual(['bear'])
    expect($('[name=log_q]').attr('value')).toBe('TREND')
    expect($('[data-log-filters] [type=hidden][name=node]').attr('value')).toBe('market')
    expect($('[data-log-download]').attr('href')).toBe(
      `/runs/${runId}/logs/download?severity=WARN&source=bear&q=TREND`,
    )
    const none = await get(`/runs/${runId}?log_q=nothing+like+this`)
    expect(none.$('.log-empty').text()).toBe('No line matches.')
  })

  test('refuses what it cannot read with field and value', async () => {
    const { get, runId } = createSite(1)
    for (const [query, words] of [
      ['log=LOUD', 'severity is &quot;LOUD&quot;'],
      ['log_before=x', 'log_before is &quot;x&quot;'],
    ]) {
      const { status, html } = await get(`/runs/${runId}?${query}`)
      expect(status).toBe(400)
      expect(html).toContain(words)
    }
  })

  test('offers the sources that have spoken, also where their lines are not in memory', async () => {
    const { get, runId, say, desk } = createSite(0)
    desk.log(runId, 'first words')
    say(1, 400)
    const { $ } = await get(`/runs/${runId}`)
    expect(
      $('[name=log_source]')
        .map((_, box) => box.attribs.value)
        .get()
        .sort(),
    ).toEqual(['bear', 'bull', 'market', 'risk_manager', 'test', 'tool', 'trader'])
  })

  test('is continued with what is wanted of new lines, and shown whole where they are more than it holds', async () => {
    const { region, say } = createSite(10)
    const all = await region()
    const warnings = await region('?log=WARN')
    say(11, 100)
    expect((await all.appended!(10))!.html.match(/<li/g)).toHaveLength(90)
    expect(await warnings.appended!(10)).toMatchObject({
      html: expect.stringMatching(/^<li id="log-100"/),
      last: 100,
    })
    say(101, 400)
    expect(await all.appended!(100)).toBeNull()
    expect(all.key).not.toBe(warnings.key)
  })

  test('an older page stands still, and the page does not refresh itself under who reads it', async () => {
    const { get, region, runId } = createSite(600)
    const older = await region('?log_before=100')
    expect([older.watch, older.appended]).toEqual([[], undefined])
    expect((await get(`/runs/${runId}`)).html).toContain('http-equiv="refresh"')
    for (const query of ['?log_before=100', '?log=TRACE']) {
      const { $, html } = await get(`/runs/${runId}${query}`)
      expect(html).not.toContain('http-equiv="refresh"')
      expect($('[data-log-filters]').hasClass('only-js')).toBe(false)
    }
    // Where the page would wipe what is typed, it offers one that does not.
    const { $ } = await get(`/runs/${runId}`)
    expect($('[data-log-filters]').hasClass('only-js')).toBe(true)
    expect($('.log-panel .no-js a').attr('href')).toBe(`/runs/${runId}?log=TRACE#log`)
  })

  test('that is not sent live says so and how to read on', async () => {
    const { get, region, runId } = createSite(5, { environment: { ENABLE_LOG_STREAM: '0' } })
    expect(await region()).toMatchObject({ watch: [] })
    const { $ } = await get(`/runs/${runId}`)
    expect($('#run-log .log-pages').text()).toContain('New lines are not sent here.')
    expect($('#run-log .log-pages a:contains(Reload)').attr('href')).toBe(`/runs/${runId}#log`)
    expect($('.log-panel').attr('data-live')).toBeUndefined()
  })

  test('of a batch is that of the selected run, and a pruned run has none', async () => {
    const site = createPageSite()
    const { batch, completed } = fillDesk(site.desk)
    const { $ } = await site.get(`/runs?batch=${batch}&log=WARN`)
    const selected = $('[data-shown-run]').attr('data-shown-run')
    expect($('.log-panel').attr('data-log-panel')).toBe(`/runs/${selected}`)
    const hidden = $('[data-log-filters] [type=hidden]').map((_, field) => field.attribs.name)
    expect(hidden.get()).toEqual(['batch', 'run'])
    site.desk.pruned.add(completed)
    expect((await site.get(`/runs/${completed}`)).$('.log-panel, #run-log, #log')).toHaveLength(0)
  })

  test('prints nothing that was logged or searched for as markup', async () => {
    const { get, desk, runId } = createSite(0)
    const line = { ...longLogLine(1, 0), source: HOSTILE, message: HOSTILE }
    desk.emit(runId, { type: 'log_appended', key: null, entries: [line] })
    for (const query of [
      '',
      `?log_q=${encodeURIComponent('<img src')}&log_source=${encodeURIComponent('<b>')}`,
    ]) {
      const { $ } = await get(`/runs/${runId}${query}`)
      expect($('#log img, #log script, #log b')).toHaveLength(0)
    }
    expect(
      (await get(`/runs/${runId}?log_q=${encodeURIComponent('<img src')}`)).$('#run-log mark').text(),
    ).toContain('<img src')
  })
})
