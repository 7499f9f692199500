import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { createWebDesk } from '../support/web-desk.ts'

const HTML = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const HTMX = { 'HX-Request': 'true', Accept: 'text/html' }

describe('who is asking decides what is answered', () => {
  it('answers a page to a browser, pieces to htmx and JSON to a program at the same address', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    const page = load(await (await request(`/runs/${runId}`, { headers: HTML })).text())
    expect(page('h1').text()).toBe(runId)
    expect(page('#status b').text()).toBe('in_progress')
    expect(page('#log').attr('class')).toBe('panel')
    const pieces = await (await request(`/runs/${runId}`, { headers: HTMX })).text()
    expect(pieces).toContain('<hx-partial hx-target="#status" hx-swap="innerMorph"><b>in_progress</b>')
    expect(pieces).not.toContain('<!doctype')
    const state = (await (await request(`/runs/${runId}`)).json()) as { run_id: string; status: string }
    expect(state).toMatchObject({ run_id: runId, status: 'in_progress' })
  })

  it('says of every answer at such an address what it depends on', async () => {
    const { desk, request } = await createWebDesk()
    for (const path of ['/runs', `/runs/${desk.add()}`, '/runs?status=odd']) {
      for (const headers of [{}, HTML, HTMX])
        expect((await request(path, { headers })).headers.get('vary')).toContain('Accept, HX-Request')
    }
  })

  it('answers a whole document to a boosted link', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    const response = await request(`/runs/${runId}`, { headers: { ...HTMX, 'HX-Boosted': 'true' } })
    expect(await response.text()).toContain('<!doctype html>')
  })

  it('renders the page with its own cursor and the stream that goes on from it', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    const page = load(await (await request(`/runs/${runId}?node=bull`, { headers: HTML })).text())
    const cursor = `${desk.feed.boot}.${desk.feed.revision}`
    expect(page('#live').attr('data-cursor')).toBe(cursor)
    const stream = new URL(page('#live').attr('hx-sse:connect')!, 'http://x')
    expect(stream.searchParams.get('page')).toBe(`/runs/${runId}?node=bull`)
    expect(stream.searchParams.get('after')).toBe(cursor)
  })

  it('shows the tray on every page, error pages included', async () => {
    const { desk, request } = await createWebDesk()
    desk.add()
    const missing = await request('/nowhere', { headers: HTML })
    expect(missing.status).toBe(404)
    const page = load(await missing.text())
    expect(page('#tray').text()).toBe('tray of 1')
    expect(page('[role=alert]').text()).toBe('there is nothing at "/nowhere"')
    expect(page('#live').attr('hx-sse:connect')).toContain('page=tray')
  })

  it('keeps showing a page whose region fails, and says nothing of why', async () => {
    const { desk, request, broken, logged } = await createWebDesk()
    const runId = desk.add()
    broken.add(`status:${runId}`)
    const html = await (await request(`/runs/${runId}`, { headers: HTML })).text()
    const page = load(html)
    expect(page('#status [role=alert]').length).toBe(1)
    expect(page('#lines').length).toBe(1)
    expect(html).not.toContain('secret detail')
    expect(logged.map(({ message }) => message)).toContain('a region could not be rendered')
  })

  it('sends an old link with a run id on to the run', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    const response = await request(`/?runId=${runId}`, { headers: HTML })
    expect([response.status, response.headers.get('location')]).toEqual([303, `/runs/${runId}`])
    expect((await request('/?runId=..%2F..', { headers: HTML })).status).toBe(400)
  })
})

describe('forms of a browser', () => {
  const form = (body: string): RequestInit => ({
    method: 'POST',
    headers: {
      ...HTML,
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: 'http://127.0.0.1:8000',
    },
    body,
  })

  it('launches and goes to the batch', async () => {
    const { desk, request } = await createWebDesk()
    const response = await request(
      '/start-multi',
      form('company_symbols=aapl%2C+msft&as_of=2012-06-29&analysts=market&analysts=news'),
    )
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^\/runs\?batch=batch-/)
    expect(desk.launches[0]!.map(({ input }) => (input as { ticker: string }).ticker)).toEqual([
      'AAPL',
      'MSFT',
    ])
    expect(desk.launches[0]![0]!.input).toMatchObject({ analysts: ['market', 'news'], as_of: '2012-06-29' })
  })

  it('shows the form again as it was typed, with what is wrong', async () => {
    const { desk, request } = await createWebDesk()
    const response = await request('/start-multi', form('company_symbols=AAPL%3Brm'))
    expect(response.status).toBe(400)
    const page = load(await response.text())
    expect(page('input').attr('value')).toBe('AAPL;rm')
    expect(page('form p').text()).toContain('company_symbols "AAPL;rm" is not a ticker')
    expect(desk.launches).toEqual([])
  })

  it('shows the form again when there is no room, and says when to come back', async () => {
    const { desk, request } = await createWebDesk()
    desk.full = true
    const response = await request('/start-multi', form('company_symbols=AAPL'))
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await response.text()).toContain('no room for more runs')
  })

  it('cancels, pauses and resumes, and returns to the page it was sent from', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    const init = form('')
    const pause = await request(`/runs/${runId}/pause`, {
      ...init,
      headers: { ...init.headers, Referer: 'http://127.0.0.1:8000/runs?batch=x' },
    })
    expect([pause.status, pause.headers.get('location')]).toEqual([303, '/runs?batch=x'])
    const resume = await request(`/runs/${runId}/resume`, {
      ...init,
      headers: { ...init.headers, Referer: 'http://elsewhere.example/runs' },
    })
    expect(resume.headers.get('location')).toBe(`/runs/${runId}`)
    expect((await request(`/runs/${runId}/cancel`, init)).status).toBe(303)
    expect(desk.asked).toEqual([`pause ${runId}`, `resume ${runId}`, `cancel ${runId}`])
  })

  it('tells htmx that there is nothing to show, and a program in JSON what became of the run', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    expect((await request(`/runs/${runId}/pause`, { method: 'POST', headers: HTMX })).status).toBe(204)
    const program = await request(`/runs/${runId}/cancel`, { method: 'POST' })
    expect(program.status).toBe(202)
    expect(await program.json()).toMatchObject({ run_id: runId, status: 'canceled' })
  })

  it('explains on a page why something cannot be done', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    desk.complete(runId)
    const response = await request(`/runs/${runId}/cancel`, form(''))
    expect(response.status).toBe(409)
    expect(load(await response.text())('[role=alert]').text()).toContain('is completed already')
  })
})

describe('pieces of a page once, for when the stream is away', () => {
  it('answers everything at first, then only what changed since the cursor it gave', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    desk.log(runId, 'one')
    const page = `/fragment?page=${encodeURIComponent(`/runs/${runId}`)}`
    const whole = await request(page)
    expect(await whole.text()).toContain('<ol id="lines"><li>one</li></ol>')
    const cursor = whole.headers.get('rundesk-cursor')!
    expect(cursor).toBe(`${desk.feed.boot}.${desk.feed.revision}`)
    desk.log(runId, 'two')
    const changed = await (await request(`${page}&after=${cursor}`)).text()
    expect(changed).toBe('<hx-partial hx-target="#lines" hx-swap="beforeend"><li>two</li></hx-partial>')
  })

  it('answers everything to a cursor of another process or of the future', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    for (const after of ['0ther.1', `${desk.feed.boot}.999`, 'nonsense', `${desk.feed.boot}.unknown`]) {
      const answer = await request(`/fragment?page=/runs/${runId}&after=${after}`)
      expect(await answer.text()).toContain('hx-target="#status"')
    }
  })
})

describe('a known address asked in another way', () => {
  it.each([
    ['POST', '/runs', 'GET, HEAD'],
    ['GET', '/start-multi', 'POST'],
    ['PUT', '/start-multi', 'GET, HEAD, POST'],
    ['POST', '/runs/AAPL--2026-11-20_10.00.00--00000a', 'GET, HEAD, DELETE'],
    ['GET', '/runs/AAPL--2026-11-20_10.00.00--00000a/cancel', 'POST'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is 405 and says what it answers', async (method, path, allow) => {
    const { request } = await createWebDesk()
    const response = await request(path, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
    expect(((await response.json()) as { error: string }).error).toContain(`does not answer ${method}`)
  })

  it.each(['/nowhere', '/runs/x/y/z'])('%s stays unknown, however it is asked', async (path) => {
    const { request } = await createWebDesk()
    for (const method of ['GET', 'POST', 'DELETE']) expect((await request(path, { method })).status).toBe(404)
  })
})
