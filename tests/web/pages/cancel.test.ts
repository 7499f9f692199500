import { expect, test } from 'vitest'
import { fillDesk, type FilledDesk } from '../../support/page-desk.ts'
import { createPageSite, type PageSite } from '../../support/page-site.ts'

const words = (text: string) => text.replace(/\s+/g, ' ').trim()
const UNKNOWN = 'AAPL--2026-11-20_10.00.00--ffffff'

function post(site: PageSite, headers: Record<string, string>, body: string): Promise<Response> {
  return site.request('/runs/cancel', { method: 'POST', headers, body })
}

const FORM = { Accept: 'text/html', 'Content-Type': 'application/x-www-form-urlencoded' }
const JSON_TYPES = { Accept: 'application/json', 'Content-Type': 'application/json' }
const idsOf = (...ids: string[]) => ids.map((id) => `ids=${encodeURIComponent(id)}`).join('&')

function createDesk(): { site: PageSite; ids: FilledDesk } {
  const site = createPageSite()
  return { site, ids: fillDesk(site.desk) }
}

test('a program is told of each run what became of it, and one that has ended keeps none from being canceled', async () => {
  const { site, ids } = createDesk()
  const { running, completed, canceled, pending } = ids
  const asked = [running, completed, UNKNOWN, canceled, pending]
  const answer = await post(site, JSON_TYPES, JSON.stringify({ ids: asked }))
  expect(answer.status).toBe(202)
  expect(await answer.json()).toEqual({
    runs: [
      { run_id: running, canceled: true, status: 'canceled', error: null },
      {
        run_id: completed,
        canceled: false,
        status: 'completed',
        error: `run ${completed} is completed already`,
      },
      { run_id: UNKNOWN, canceled: false, status: null, error: `there is no run "${UNKNOWN}"` },
      { run_id: canceled, canceled: true, status: 'canceled', error: null },
      { run_id: pending, canceled: true, status: 'canceled', error: null },
    ],
  })
  expect(site.desk.summary(running).status).toBe('canceled')
})

test.each([
  ['{}', 'ids names no run; 1 to 500 runs can be canceled at once'],
  ['{"ids":[7]}', 'ids holds "7", which is not a run id'],
  ['{"ids":["../x"]}', 'ids holds "../x", which is not a run id'],
  [`{"ids":["${UNKNOWN}"],"force":true}`, 'unknown field "force"'],
])('%s is refused, and nothing is canceled', async (body, message) => {
  const { site } = createDesk()
  const answer = await post(site, JSON_TYPES, body)
  expect(answer.status).toBe(400)
  expect(((await answer.json()) as { error: string }).error).toContain(message)
  expect(site.desk.asked).toEqual([])
})

test('what goes wrong on this side is said of its run and told to the log', async () => {
  const { site, ids } = createDesk()
  const { cancel } = site.desk
  site.desk.cancel = (runId) => (runId === ids.running ? Promise.reject(new Error('secret')) : cancel(runId))
  const answer = await post(site, JSON_TYPES, JSON.stringify({ ids: [ids.running, ids.paused] }))
  expect(await answer.json()).toMatchObject({
    runs: [{ canceled: false, status: 'in_progress', error: 'internal error' }, { canceled: true }],
  })
  expect(site.faults).toHaveLength(1)
})

test('a browser without script is asked first, and comes back to the list as it was', async () => {
  const { site, ids } = createDesk()
  const list = '/runs?status=in_progress&sort=ticker'
  const asking = await post(
    site,
    { ...FORM, Referer: `http://127.0.0.1:8000${list}` },
    idsOf(ids.running, ids.failed, ids.running),
  )
  expect(asking.status).toBe(200)
  const { load } = await import('cheerio')
  const $ = load(await asking.text())
  expect($('h1').text()).toBe('Cancel 1 run?')
  expect(words($('main .note').text())).toBe('These have ended and stay as they are: IBM (failed)')
  expect(site.desk.asked).toEqual([])
  const fields = $('main form').serializeArray()
  expect(fields).toEqual([
    { name: 'ids', value: ids.running },
    { name: 'back', value: list },
  ])
  const sure = new URLSearchParams([
    ...fields.map(({ name, value }) => [name, value] as [string, string]),
    ['sure', 'yes'],
  ])
  const done = await post(site, FORM, sure.toString())
  expect([done.status, done.headers.get('location')]).toEqual([303, list])
  expect(site.desk.summary(ids.running).status).toBe('canceled')
})

test('a page of a hundred ticks is read whole, and a way back that leads elsewhere is not taken', async () => {
  const { site } = createDesk()
  const many = Array.from({ length: 100 }, () => site.desk.add())
  const done = await post(
    site,
    FORM,
    `${idsOf(...many)}&sure=yes&back=${encodeURIComponent('//evil.example/')}`,
  )
  expect([done.status, done.headers.get('location')]).toEqual([303, '/'])
  expect(site.desk.asked).toHaveLength(100)
})

test('runs that have all ended leave nothing to cancel', async () => {
  const { site, ids } = createDesk()
  const { status, $ } = await site.get(`/runs/cancel?ids=${ids.completed},${ids.canceled}`)
  expect([status, $('h1').text()]).toEqual([200, 'Nothing to cancel'])
  expect($('main button')).toHaveLength(0)
  expect((await site.get('/runs/cancel')).status).toBe(400)
  expect((await site.get(`/runs/cancel?ids=${UNKNOWN}`)).status).toBe(404)
})
