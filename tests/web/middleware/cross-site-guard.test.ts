import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../../src/core/http-error.ts'
import { createCrossSiteGuard } from '../../../src/web/middleware/cross-site-guard.ts'
import type { WebEnv } from '../../../src/web/web-env.ts'

const OWN = 'http://localhost:8000'

function ask(method: string, path: string, headers: Record<string, string>, trusted = false) {
  const app = new Hono<WebEnv>()
  app.use(createCrossSiteGuard({ allowedOrigins: ['https://desk.example'] }))
  app.all('*', (c) => c.text('in'))
  app.onError((error, c) => c.text(error.message, describeFailure(error).status))
  return app.request(new Request(`${OWN}${path}`, { method, headers }), undefined, { trusted })
}

const passing: Record<string, string>[] = [
  {},
  { Origin: OWN },
  { Origin: OWN, 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
  { 'Sec-Fetch-Site': 'same-origin' },
  { Origin: 'https://desk.example', 'Sec-Fetch-Site': 'cross-site' },
]
const refused: Record<string, string>[] = [
  { Origin: 'null' },
  { Origin: 'http://evil.example' },
  { Origin: 'http://localhost' },
  { Origin: 'http://localhost:80000' },
  { Origin: 'https://localhost:8000' },
  { Origin: `${OWN}.evil.example` },
  { Origin: '' },
  { Origin: OWN, 'Sec-Fetch-Site': 'cross-site' },
  { Origin: OWN, 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
]

describe.each([
  ['POST', '/start-multi'],
  ['DELETE', '/runs/x'],
  ['GET', '/stream?page=tray'],
  ['GET', '/runs/AAPL--2026-11-20_10.00.00--000001/events'],
  ['GET', '/api/trading/decision/internal/events/AAPL--2026-11-20_10.00.00--000001'],
  ['POST', '/api/trading/decision/internal'],
])('%s %s', (method, path) => {
  it.each(passing)('passes with %j', async (headers) => {
    expect((await ask(method, path, headers)).status).toBe(200)
  })
  it.each(refused)('is refused with %j', async (headers) => {
    expect((await ask(method, path, headers)).status).toBe(403)
  })
})

describe('what changes nothing', () => {
  it('may be asked for from anywhere, for the browser keeps the answer from other sites', async () => {
    expect((await ask('GET', '/runs', { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(200)
  })
})

describe('the owner', () => {
  it('is not asked where it comes from', async () => {
    expect((await ask('POST', '/start-multi', { Origin: 'null' }, true)).status).toBe(200)
  })
})
