import { expect, it } from 'vitest'
import { createWebDesk } from '../../support/web-desk.ts'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

it.each(['/runs', '/healthz', '/nowhere', '/runs/..%2f..', '/openapi.json'])(
  'guards the answer of %s',
  async (path) => {
    const { request } = await createWebDesk()
    for (const accept of ['text/html', '*/*']) {
      const { headers } = await request(path, { headers: { Accept: accept } })
      expect(headers.get('content-security-policy')).toBe(POLICY)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
    }
  },
)

it('guards also the answer to what is no HTTP request', async () => {
  const web = await createWebDesk()
  const response = await fetch(`${await web.listen()}/`, { headers: { Host: 'a b' } }).catch(() => null)
  expect(response === null || response.status >= 400).toBe(true)
})
