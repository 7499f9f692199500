import { load, type CheerioAPI } from 'cheerio'
import { describe, expect, test } from 'vitest'
import { JOB_KINDS } from '../../../src/lab/job-inputs.ts'
import { OWN, STRATEGIES } from '../../support/lab-strategies.ts'
import { HOSTILE } from '../../support/page-desk.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'
import { createScriptedLab, type LabScript } from '../../support/scripted-lab.ts'

function createSite(script: LabScript = {}): PageSite {
  return createPageSite({ lab: createScriptedLab({ strategies: STRATEGIES, ...script }) })
}

async function post(site: PageSite, fields: Record<string, string | string[]>): Promise<Response> {
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
  const headers = { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' }
  return site.request('/lab/new', { method: 'POST', headers, body })
}

/** What a browser would send of the form as it stands. */
function fieldsOf($: CheerioAPI): Record<string, string[]> {
  const fields: Record<string, string[]> = {}
  for (const { name, value } of $('#job').serializeArray()) fields[name] = [...(fields[name] ?? []), value]
  return fields
}

const valueOf = ($: CheerioAPI, name: string) => $(`#job [name="${name}"]:not([type=hidden])`).val()

describe('another strategy on a form', () => {
  const of = (strategy: string, constraint: string) =>
    `/lab/new?${new URLSearchParams({ kind: 'optimize', of: 'sma-cross', strategy, constraint })}`

  test('brings its own constraint in place of one that came with the last', async () => {
    const other = STRATEGIES.find(({ name }) => name !== 'sma-cross')!
    const { $ } = await createSite().get(of(other.name, 'fast < slow'))
    expect(valueOf($, 'constraint')).toBe(other.constraint ?? '')
  })

  test('leaves one that was typed', async () => {
    const other = STRATEGIES.find(({ name }) => name !== 'sma-cross')!
    const { $ } = await createSite().get(of(other.name, 'trades >= 10'))
    expect(valueOf($, 'constraint')).toBe('trades >= 10')
  })

  test('begins with costs that a job posted without a form does not have', async () => {
    const { $ } = await createSite().get('/lab/new?kind=backtest')
    expect(valueOf($, 'commission_pct')).toBe('0.1')
  })
})

describe('the lab', () => {
  test('shows every strategy with its parameters and ways to run it, one’s own by its file', async () => {
    const { $, html } = await createSite().get('/lab')
    expect($('.strategy')).toHaveLength(STRATEGIES.length)
    const first = $('.strategy').eq(1)
    expect(first.find('dl').text().replace(/\s+/g, ' ')).toBe('fast10 (1–500)slow20 (2–1000)')
    expect(
      first
        .find('a')
        .map((_, link) => $(link).attr('href'))
        .get(),
    ).toEqual(['/lab/new?kind=backtest&strategy=sma-cross', '/lab/new?kind=optimize&strategy=sma-cross'])
    expect($('.strategy').first().find('h3').text()).toBe(OWN.title)
    expect($('.strategy').first().text()).toContain('my-own.ts')
    expect(html).not.toContain('<b>rule')
    expect($('.side-links [aria-current]').text()).toBe('Lab')
    expect($('.side-links [data-key=l]').attr('href')).toBe('/lab')
  })

  test('says what is wrong with a file of one’s own, and where', async () => {
    const { $ } = await createSite({
      problems: [
        { file: 'mine.ts', line: 12, message: `no such thing ${HOSTILE}` },
        { file: 'other.ts', line: null, message: 'it exports no strategy' },
      ],
    }).get('/lab')
    const told = $('.strategy-problem')
      .map((_, one) => $(one).find('b').text())
      .get()
    expect(told).toEqual(['mine.ts, line 12', 'other.ts'])
    expect($('.strategy-problem .error-text').first().text()).toContain(HOSTILE)
  })

  test('says what to do where there is nothing yet', async () => {
    const builtIn = STRATEGIES.filter(({ file }) => file === null)
    const { $ } = await createSite({ strategies: builtIn }).get('/lab')
    expect($('#lab-jobs .empty a').attr('href')).toBe('/lab/new?kind=backtest')
    expect($('#strategies .empty').text()).toContain('STRATEGIES_DIR')
    const environment = { STRATEGIES_DIR: '/my/rules' }
    const named = createPageSite({ environment, lab: createScriptedLab({ strategies: builtIn }) })
    const empty = (await named.get('/lab')).$('#strategies .empty').text()
    expect(empty).toContain('/my/rules')
    expect(empty).not.toContain('STRATEGIES_DIR')
    expect((await createSite().get('/lab')).$('#strategies .empty')).toHaveLength(0)
  })
})

describe('the form of a job', () => {
  test.each(JOB_KINDS)('%s as it comes up is a job that can be started', async (kind) => {
    const site = createSite()
    const { $ } = await site.get(`/lab/new?kind=${kind}`)
    expect($('.kind-tab[aria-current]')).toHaveLength(1)
    expect($('#job').attr('method')).toBe('post')
    const response = await post(site, fieldsOf($))
    expect([response.status, await response.text()]).toEqual([303, ''])
    expect(response.headers.get('location')).toMatch(/^\/runs\/AAPL--/)
    expect(site.desk.launches.at(-1)).toMatchObject([{ kind, input: { ticker: 'AAPL' } }])
  })

  test('is made from the parameters of the strategy, each with its bounds, its help and a slider', async () => {
    const { $ } = await createSite().get('/lab/new?strategy=zscore-reversion')
    const entry = $('[name="param.entry"]')
    expect(entry.attr()).toMatchObject({ type: 'number', min: '0.5', max: '4', step: '0.1', value: '2' })
    expect($(`#${entry.attr('aria-describedby')}`).text()).toBe('How far it looks back.')
    expect(
      $(`label[for="${entry.attr('id')}"]`)
        .parent()
        .text()
        .trim(),
    ).toBe('Entry 0.5–4')
    const slider = $(`[data-slider-of="${entry.attr('id')}"]`)
    expect(slider.attr()).toMatchObject({ type: 'range', min: '0.5', max: '4', step: '0.1', tabindex: '-1' })
    expect(slider.attr('name')).toBeUndefined()
    expect($('[name="param.fast"]')).toHaveLength(0)
  })

  test('of a search offers a range for each parameter and says how many tries that makes', async () => {
    const site = createSite()
    const query = 'kind=optimize&from.fast=1&to.fast=100&step.fast=1&from.slow=101&to.slow=200&step.slow=1'
    const { $ } = await site.get(`/lab/new?${query}`)
    expect(
      $('[data-range-count]')
        .map((_, one) => $(one).text())
        .get(),
    ).toEqual(['100 values', '100 values'])
    expect($('#trial-count').text().trim()).toBe('10,000 tries before the constraint')
    expect(valueOf($, 'constraint')).toBe('fast < slow')
    const held = await site.get('/lab/new?kind=optimize&from.fast=1&to.fast=9&from.slow=50&step.fast=2')
    expect(
      held
        .$('[data-range-count]')
        .map((_, one) => held.$(one).text())
        .get(),
    ).toEqual(['5 values', 'held'])
    const large = await site.get(`/lab/new?${query.replace('step.fast=1', 'step.fast=0.001')}`)
    expect(large.$('#trial-count.is-wrong').text()).toContain('more than the 1,000,000')
  })

  test('shows another kind or strategy by a plain GET, with what was typed', async () => {
    const site = createSite()
    const { $ } = await site.get('/lab/new')
    expect(
      $('.kind-tab[name=show]')
        .map((_, tab) => $(tab).attr('formmethod'))
        .get(),
    ).toEqual(['get', 'get', 'get'])
    const typed = {
      ...fieldsOf($),
      ticker: ['GOOG'],
      cash: ['5000'],
      'param.fast': ['7'],
      whole_shares: ['0'],
    }
    const query = new URLSearchParams()
    for (const [name, values] of Object.entries(typed)) for (const value of values) query.append(name, value)
    query.append('show', 'walk-forward')
    const walk = (await site.get(`/lab/new?${query.toString()}`)).$
    expect(walk('h1').text()).toBe('New walk-forward analysis')
    expect([valueOf(walk, 'ticker'), valueOf(walk, 'cash'), valueOf(walk, 'train_bars')]).toEqual([
      ...['GOOG', '5000', '500'],
    ])
    expect(walk('[name=whole_shares][type=checkbox]').attr('checked')).toBeUndefined()
    expect(walk('#costs-part').attr('open')).toBeDefined()
    query.delete('show')
    query.set('strategy', 'my-own')
    const own = (await site.get(`/lab/new?${query.toString()}`)).$
    expect(own('[name="param.fast"]')).toHaveLength(0)
    expect([valueOf(own, 'ticker'), valueOf(own, 'param.period')]).toEqual(['GOOG', '20'])
  })

  test('of a strategy that holds several asks for tickers', async () => {
    const site = createSite()
    const { $ } = await site.get('/lab/new?strategy=momentum-rotation&ticker=AAPL')
    expect(valueOf($, 'tickers')).toBe('AAPL')
    expect($('[name=ticker]')).toHaveLength(0)
    expect((await site.get('/lab/new?strategy=momentum-rotation')).$('[name=tickers]').val()).toBe(
      'AAPL, GOOG',
    )
  })

  test('is filled by a link: ticker, strategy, days and parameters', async () => {
    const query = 'kind=backtest&strategy=sma-cross&ticker=GOOG&start=2006-01-03&end=2010-12-31&param.fast=6'
    const { $ } = await createSite().get(`/lab/new?${query}&commission_pct=0.2`)
    const names = ['strategy', 'ticker', 'start', 'end', 'param.fast', 'param.slow', 'commission_pct']
    expect(names.map((name) => valueOf($, name))).toEqual([
      ...['sma-cross', 'GOOG', '2006-01-03', '2010-12-31', '6', '20', '0.2'],
    ])
    expect($('#costs-part summary').text()).toContain('commission 0.20 %')
  })

  test('on imported prices names their hash and asks for no ticker', async () => {
    const site = createSite()
    const imported = 'f'.repeat(64)
    const { $ } = await site.get(`/lab/new?imported=${imported}`)
    expect([valueOf($, 'imported'), valueOf($, 'ticker')]).toEqual([imported, ''])
    await post(site, fieldsOf($))
    expect(site.desk.launches.at(-1)).toMatchObject([{ input: { imported } }])
  })

  test('that was refused keeps what was typed, names the field as the form does and starts nothing', async () => {
    const site = createSite()
    const fields = fieldsOf((await site.get('/lab/new')).$)
    const response = await post(site, {
      ...fields,
      ticker: 'GOOG',
      'param.fast': '900',
      commission_pct: '0.25',
    })
    expect(response.status).toBe(400)
    const $ = load(await response.text())
    expect($('#job-error').text()).toContain('Fast average is "900"; allowed: 1 to 500')
    const wrong = $('[aria-invalid=true]')
    expect(wrong.map((_, one) => $(one).attr('name')).get()).toEqual(['param.fast'])
    expect(wrong.attr('aria-describedby')).toContain('job-error')
    expect([valueOf($, 'param.fast'), valueOf($, 'commission_pct'), valueOf($, 'ticker')]).toEqual([
      ...['900', '0.25', 'GOOG'],
    ])
    expect($('#costs-part').attr('open')).toBeDefined()
    expect(site.desk.launches).toEqual([])
  })

  test('prints what was typed as the text it is', async () => {
    const site = createSite()
    const fields = fieldsOf((await site.get('/lab/new?kind=optimize')).$)
    const response = await post(site, {
      ...fields,
      ticker: HOSTILE,
      constraint: HOSTILE,
      'from.fast': HOSTILE,
    })
    expect(response.status).toBe(400)
    const html = await response.text()
    expect(html).not.toContain('<img')
    expect(html).not.toContain('<script>alert')
    const $ = load(html)
    expect([valueOf($, 'ticker'), valueOf($, 'constraint')]).toEqual([HOSTILE, HOSTILE])
  })

  test('says which strategy there is not and offers the usual one; a kind there is not is refused', async () => {
    const site = createSite()
    const { status, $ } = await site.get('/lab/new?strategy=nothing-like-it')
    expect(status).toBe(200)
    expect($('#job-error').text()).toContain('nothing-like-it')
    expect(valueOf($, 'strategy')).toBe('sma-cross')
    expect((await site.get('/lab/new?kind=nothing')).status).toBe(400)
    const response = await post(site, { kind: 'nothing', ticker: 'GOOG' })
    expect(response.status).toBe(400)
  })

  test('says that the desk is full, and keeps the form', async () => {
    const site = createSite()
    site.desk.full = true
    const response = await post(site, { ...fieldsOf((await site.get('/lab/new')).$), ticker: 'GOOG' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30'])
    const $ = load(await response.text())
    expect($('#job-error').text()).toContain('no room for more runs')
    expect(valueOf($, 'ticker')).toBe('GOOG')
  })

  test('comes up without a single strategy', async () => {
    const { status, $ } = await createSite({ strategies: [] }).get('/lab/new')
    expect(status).toBe(200)
    expect($('#f-strategy-help').text()).toContain('There is no strategy to run')
  })
})
