import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  fillDesk,
  fillThinking,
  HOSTILE,
  type FilledDesk,
  type ThinkingDesk,
} from '../../support/page-desk.ts'
import { createFilledLab, fillLab, type FilledLab } from '../../support/filled-lab.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

/** Every page in every state there is, by a name and the address it has on a filled desk. */
const PAGES: Record<string, (ids: FilledDesk & { thinking: ThinkingDesk; lab: FilledLab }) => string> = {
  assess: () => '/',
  runs: () => '/runs',
  'runs filtered to nothing': () => '/runs?q=nothing+like+this',
  'runs sorted': () => '/runs?sort=ticker',
  'runs with their levels': () => '/runs?show=levels&sort=risk_reward',
  'runs to be canceled': ({ running, failed }) => `/runs/cancel?ids=${running},${failed}`,
  'six runs side by side': ({ completed, hold, failed, running, paused, canceled }) =>
    `/runs/compare?ids=${[completed, hold, failed, running, paused, canceled].join(',')}`,
  'the latest verdicts': () => '/verdicts',
  batch: ({ batch }) => `/runs?batch=${batch}`,
  'batch with a running run': ({ batch, running }) => `/runs?batch=${batch}&run=${running}&node=market`,
  'a running run': ({ running }) => `/runs/${running}`,
  'a running run with a chosen node': ({ running }) => `/runs/${running}?node=market`,
  'a pending run': ({ pending }) => `/runs/${pending}`,
  'a paused run': ({ paused }) => `/runs/${paused}`,
  'a completed run': ({ completed }) => `/runs/${completed}`,
  'a skipped node': ({ completed }) => `/runs/${completed}?node=news`,
  'a phase': ({ completed }) => `/runs/${completed}?node=phase_data`,
  'a run that holds': ({ hold }) => `/runs/${hold}`,
  'a failed run': ({ failed }) => `/runs/${failed}?node=market`,
  'a canceled run': ({ canceled }) => `/runs/${canceled}`,
  'a run of models': ({ thinking }) => `/runs/${thinking.thought}?node=market`,
  'a run that is paused for its budget': ({ thinking }) => `/runs/${thinking.broke}`,
  'a run that took over steps of another': ({ thinking }) => `/runs/${thinking.again}`,
  'a run whose answer could not be read': ({ thinking }) => `/runs/${thinking.unread}`,
  'a batch of models': ({ thinking }) => `/runs?batch=${thinking.batch}&run=${thinking.broke}`,
  lab: () => '/lab',
  'a new backtest': () => '/lab/new',
  'a new optimisation': () => '/lab/new?kind=optimize&strategy=my-own',
  'a new walk-forward analysis': () => '/lab/new?kind=walk-forward&strategy=momentum-rotation',
  'a new training': () => '/lab/new?kind=train',
  'a backtest': ({ lab }) => `/runs/${lab.backtest}`,
  'an optimisation': ({ lab }) => `/runs/${lab.optimize}`,
  'an optimisation at work': ({ lab }) => `/runs/${lab.searching}`,
  'a walk-forward analysis': ({ lab }) => `/runs/${lab.walk}`,
  'a training': ({ lab }) => `/runs/${lab.train}`,
  'the tries of a search': ({ lab }) => `/runs/${lab.optimize}/trials?from.fast=2&page=2`,
  'a try': ({ lab }) => `/runs/${lab.optimize}/trials/62`,
  system: () => '/system',
  docs: () => '/docs',
}

/** One desk for all of them: looking at a page changes nothing. */
const site = createPageSite({ lab: createFilledLab(), atEnd: afterAll })
const thinking = fillThinking(site.desk)
const ids = { ...fillDesk(site.desk), thinking, lab: fillLab(site.desk) }

/** By address: many pages link to the same. */
const statuses = new Map<string, number>()
async function statusOf(path: string): Promise<number> {
  const status = statuses.get(path) ?? (await site.get(path)).status
  statuses.set(path, status)
  return status
}

function shapeOf(href: string): string {
  const { pathname, searchParams } = new URL(href, 'http://desk')
  const path = pathname.replace(/\/trials\/\d+$/, '/trials/{n}')
  return [path, ...new Set(searchParams.keys())].join(' ')
}

describe.each(Object.entries(PAGES))('%s', (_name, pathOf) => {
  let page: Awaited<ReturnType<PageSite['get']>>
  let faults: unknown[]
  beforeAll(async () => {
    const before = site.faults.length
    page = await site.get(pathOf(ids))
    faults = site.faults.slice(before)
  })

  test('is a sound document that a strict content policy leaves whole', () => {
    const { status, $ } = page
    expect(faults).toEqual([])
    expect(status).toBe(200)
    expect($('[style], style, [onclick], [onload], [onerror], [hx-on]').toArray()).toEqual([])
    expect($('script:not([src])').toArray()).toEqual([])
    const attributes = $('*')
      .toArray()
      .flatMap((element) => ('attribs' in element ? Object.keys(element.attribs) : []))
    expect(attributes.filter((attribute) => /^on|^hx-on|^data-hx-/.test(attribute))).toEqual([])
    const ids = $('[id]')
      .toArray()
      .map((element) => element.attribs.id)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
    expect($('h1')).toHaveLength(1)
  })

  test('names every control and refers only to what is there', () => {
    const { $ } = page
    for (const control of $('input:not([type=hidden]), select, textarea').toArray()) {
      const { id } = control.attribs
      const labelled = $(control).closest('label').length > 0 || (id && $(`label[for="${id}"]`).length > 0)
      expect(labelled, $.html(control)).toBeTruthy()
    }
    for (const attribute of [
      'aria-labelledby',
      'aria-describedby',
      'aria-controls',
      'aria-owns',
      'for',
      'list',
    ]) {
      for (const element of $(`[${attribute}]`).toArray()) {
        for (const id of $(element).attr(attribute)!.split(/\s+/)) {
          expect($(`[id="${id}"]`).length, `${attribute}="${id}"`).toBe(1)
        }
      }
    }
    for (const button of $('button, a, progress, meter').toArray()) {
      const named =
        $(button).text().trim() || button.attribs['aria-label'] || button.attribs['aria-labelledby']
      expect(named, $.html(button)).toBeTruthy()
    }
  })

  test('prints no null, undefined or NaN, and nothing unescaped', () => {
    const { $, html } = page
    expect($('body').text()).not.toMatch(/\b(null|undefined|NaN)\b|\[object/)
    expect(html).not.toContain('<script>alert')
    expect($('img, a[href^="javascript"]').toArray()).toEqual([])
    const asked = $('[hx-get], [hx-post]')
      .toArray()
      .map(({ attribs }) => attribs['hx-get'] ?? attribs['hx-post'])
    expect(asked.filter((address) => !['/system', '/estimate'].includes(address!))).toEqual([])
  })

  test('links only to pages and files that answer', async () => {
    const { $ } = page
    const local = new Set(
      $('a[href]')
        .toArray()
        .map((link) => link.attribs.href!)
        .filter((href) => href.startsWith('/'))
        .map((href) => href.replace(/#.*/, '')),
    )
    // Of links that differ only in what they ask for, as the cells of a heatmap do, one stands for all.
    const oneOfEach = new Map([...local].map((href) => [shapeOf(href), href]))
    for (const href of oneOfEach.values()) expect(await statusOf(href), href).toBe(200)
    for (const anchor of $('a[href^="#"]').toArray()) {
      expect($(`[id="${anchor.attribs.href!.slice(1)}"]`).length, anchor.attribs.href).toBe(1)
    }
  })
})

test('hostile text is shown as the text it is', async () => {
  const site = createPageSite()
  const { running, failed } = fillDesk(site.desk)
  const page = await site.get(`/runs/${running}`)
  expect(page.$('.progress-message').text()).toBe(`weighing ${HOSTILE}`)
  expect(page.$('.log-msg').last().text()).toBe(HOSTILE)
  expect((await site.get(`/runs/${failed}`)).$('.error-text').text()).toContain(HOSTILE)
})

test('a page refreshes itself without script where work is shown and no form would be wiped', async () => {
  const site = createPageSite()
  const { running, completed, batch } = fillDesk(site.desk)
  const refreshes = async (path: string) =>
    (await site.get(path)).html.includes('<noscript><meta http-equiv="refresh"')
  expect(await refreshes(`/runs/${running}`)).toBe(true)
  expect(await refreshes(`/runs?batch=${batch}`)).toBe(true)
  expect(await refreshes(`/runs/${completed}`)).toBe(false)
  expect(await refreshes('/')).toBe(false)
  expect(await refreshes('/runs')).toBe(false)
})

test('an unknown run, an unknown batch and an unknown page each say so on an error page', async () => {
  const site = createPageSite()
  for (const path of ['/runs/AAPL--2026-11-20_10.00.00--ffffff', '/runs?batch=batch-1', '/nowhere']) {
    const { status, $ } = await site.get(path)
    expect(status).toBe(404)
    expect($('[role=alert]').text()).not.toBe('')
    expect($('nav a[href="/runs"]')).toHaveLength(1)
  }
  expect((await site.get('/runs/..%2Fetc')).status).toBe(400)
})
