import { Agent, request } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNext } from '../../../src/web/middleware/session.ts'
import { createWebDesk, type WebDeskOptions } from '../../support/web-desk.ts'

const HTML = { Accept: 'text/html' }
const guarded = (config: WebDeskOptions['config'] = {}) =>
  createWebDesk({ config: { authPassword: 'open sesame', ...config } })

const login = (password: string, next = '/runs'): RequestInit => ({
  method: 'POST',
  headers: { ...HTML, 'Content-Type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ password, next }).toString(),
})

describe('a desk with a password', () => {
  it('sends a browser to sign in and back to where it wanted to go', async () => {
    const { request } = await guarded()
    const refused = await request('/runs?status=error', { headers: HTML })
    expect([refused.status, refused.headers.get('location')]).toEqual([
      303,
      '/login?next=%2Fruns%3Fstatus%3Derror',
    ])
    const form = await (await request('/login?next=%2Fruns%3Fstatus%3Derror', { headers: HTML })).text()
    expect(form).toContain('value="/runs?status=error"')
    expect(form).not.toContain('tray of')
    const signedIn = await request('/login', login('open sesame', '/runs?status=error'))
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/runs?status=error'])
    const cookie = signedIn.headers.get('set-cookie')!
    expect(cookie).toMatch(
      /^rundesk_session=\d+\.[\w-]{16}\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const inside = await request('/runs', { headers: { ...HTML, Cookie: cookie.split(';')[0]! } })
    expect(inside.status).toBe(200)
  })

  it.each([
    '/runs',
    '/verdicts',
    '/stream?page=tray',
    '/openapi.json',
    '/runs/AAPL--2026-11-20_10.00.00--000001/events',
  ])('answers 401 to a program at %s', async (path) => {
    const { request } = await guarded()
    const response = await request(path)
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: 'not signed in' })
  })

  it.each(['/healthz', '/readyz', '/login'])('leaves %s open', async (path) => {
    const { request } = await guarded()
    expect((await request(path)).status).toBe(200)
  })

  it('starts nothing for whoever is not signed in', async () => {
    const { request, desk } = await guarded()
    const response = await request('/start-multi', { method: 'POST', body: '{"company_symbols":"AAPL"}' })
    expect(response.status).toBe(401)
    expect(desk.launches).toEqual([])
  })

  it('takes no cookie that was forged, altered, expired or made with another password', async () => {
    const { request, clock } = await guarded()
    const signIn = async (desk: Awaited<ReturnType<typeof guarded>>, password: string) =>
      (await desk.request('/login', login(password))).headers.get('set-cookie')!.split(';')[0]!
    const good = await signIn(await guarded(), 'open sesame')
    const foreign = await signIn(await guarded({ authPassword: 'other' }), 'other')
    const statusWith = async (cookie: string) =>
      (await request('/verdicts', { headers: { Cookie: cookie } })).status
    const [expires, id, signature] = good.slice('rundesk_session='.length).split('.')
    expect(await statusWith(good)).toBe(200)
    expect(await statusWith(foreign)).toBe(401)
    expect(await statusWith(`rundesk_session=${Number(expires) + 1}.${id}.${signature}`)).toBe(401)
    expect(await statusWith(`rundesk_session=${expires}.${id}.${'A'.repeat(43)}`)).toBe(401)
    expect(await statusWith('rundesk_session=')).toBe(401)
    await clock.advance(30 * 86_400_000)
    expect(await statusWith(good)).toBe(401)
  })

  it('slows down guessing, and forgets it after a while', async () => {
    const { request, clock } = await guarded()
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await request('/login', login('wrong'))).status).toBe(401)
    const locked = await request('/login', login('open sesame'))
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '300'])
    await clock.advance(300_000)
    expect((await request('/login', login('open sesame'))).status).toBe(303)
  })

  it('marks the cookie secure where a proxy speaks https for it', async () => {
    const { app } = await guarded({
      allowedHosts: ['desk.example'],
      allowedOrigins: ['https://desk.example'],
    })
    const response = await app.request(
      new Request('http://desk.example/login', {
        ...login('open sesame'),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      }),
    )
    expect(response.headers.get('set-cookie')).toContain('Secure')
  })

  it('forgets the cookie on signing out', async () => {
    const { request } = await guarded()
    const cookie = (await request('/login', login('open sesame'))).headers.get('set-cookie')!.split(';')[0]!
    const other = (await request('/login', login('open sesame'))).headers.get('set-cookie')!.split(';')[0]!
    const response = await request('/logout', { method: 'POST', headers: { Cookie: cookie } })
    expect(response.headers.get('set-cookie')).toMatch(/^rundesk_session=; Max-Age=0/)
    expect(response.headers.get('location')).toBe('/login')
    // Whoever kept a copy of the cookie is out as well; other sessions are not.
    expect((await request('/verdicts', { headers: { Cookie: cookie } })).status).toBe(401)
    expect((await request('/verdicts', { headers: { Cookie: other } })).status).toBe(200)
  })

  it('takes the password from a program as a bearer, and slows down guessing that way too', async () => {
    const { request, clock } = await guarded()
    const statusWith = async (password: string) =>
      (await request('/verdicts', { headers: { Authorization: `Bearer ${password}` } })).status
    expect(await statusWith('open sesame')).toBe(200)
    for (let attempt = 0; attempt < 5; attempt++) expect(await statusWith('wrong')).toBe(401)
    expect(await statusWith('open sesame')).toBe(429)
    expect((await request('/login', login('open sesame'))).status).toBe(429)
    await clock.advance(300_000)
    expect(await statusWith('open sesame')).toBe(200)
  })

  it('ends what a session has open when it signs out, and nothing of others', async () => {
    const web = await guarded()
    const base = await web.listen()
    const signIn = async () =>
      (await web.request('/login', login('open sesame'))).headers.get('set-cookie')!.split(';')[0]!
    const [mine, other] = [await signIn(), await signIn()]
    const open = (cookie: string) => fetch(`${base}/stream?page=tray`, { headers: { Cookie: cookie } })
    const [ended, kept] = await Promise.all([open(mine), open(other)])
    const reading = ended.text()
    await fetch(`${base}/logout`, { method: 'POST', headers: { Cookie: mine }, redirect: 'manual' })
    expect(await reading).toContain('<hx-partial')
    expect((await kept.body!.getReader().read()).done).toBe(false)
    expect((await open(mine)).status).toBe(401)
  })

  it('leaves a connection alone on which nothing is open any more', async () => {
    const web = await guarded()
    const base = new URL(await web.listen())
    const cookie = (await web.request('/login', login('open sesame'))).headers
      .get('set-cookie')!
      .split(';')[0]!
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (method: string, path: string) =>
      new Promise<{ status: number | undefined; port: number | undefined }>((resolve, reject) => {
        const asking = request({
          ...{ host: base.hostname, port: base.port, agent, method, path },
          headers: { Cookie: cookie },
        })
        asking.once('response', (answer) => {
          const { localPort } = answer.socket
          answer.resume().once('end', () => resolve({ status: answer.statusCode, port: localPort }))
        })
        asking.once('error', reject).end()
      })
    const refused = await ask('GET', '/runs/AAPL--2026-11-20_10.00.00--ffffff/events')
    const out = await ask('POST', '/logout')
    expect([refused.status, out.status]).toEqual([404, 303])
    expect(out.port).toBe(refused.port)
    agent.destroy()
  })

  it('takes a password of any letters from a program', async () => {
    const web = await guarded({ authPassword: 'pässwört 12' })
    const Authorization = Buffer.from('Bearer pässwört 12').toString('latin1')
    expect((await web.request('/verdicts', { headers: { Authorization } })).status).toBe(200)
  })

  it('asks the owner for nothing', async () => {
    const web = await guarded()
    const base = await web.listen({ trusted: true })
    expect((await fetch(`${base}/runs`)).status).toBe(200)
  })
})

describe('a desk without a password', () => {
  it('is open, and has nothing to sign in to', async () => {
    const { request } = await createWebDesk()
    expect((await request('/runs', { headers: HTML })).status).toBe(200)
    expect((await request('/login', { headers: HTML })).headers.get('location')).toBe('/')
  })
})

describe('where to go after signing in', () => {
  it.each([
    ['/runs?batch=b#x', '/runs?batch=b#x'],
    [undefined, '/'],
    ['', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['https://evil.example/', '/'],
    ['runs', '/'],
    ['/login?next=/runs', '/'],
    ['javascript:alert(1)', '/'],
    ['/.//evil.example', '/'],
    ['/..//evil.example', '/'],
    ['/a/..//evil.example', '/'],
    ['/./%5cevil.example', '/%5cevil.example'],
    ['/.\\/evil.example', '/'],
    ['/%2e//evil.example', '/'],
    ['/login/..//evil.example', '/'],
  ])('%s leads to %s', (next, target) => {
    expect(parseNext(next)).toBe(target)
  })

  it('never leaves the desk, whatever it is made of', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '%2e',
      '%2f',
      '%5c',
      'a',
      '?',
      '#',
      '@',
      ':',
      'evil.example',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const target = parseNext(`/${pieces.join('')}`)
        expect(new URL(target, 'http://desk.example').origin).toBe('http://desk.example')
      }),
    )
  })
})
