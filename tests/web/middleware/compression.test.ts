import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createWebDesk } from '../../support/web-desk.ts'

const GZIP = { 'Accept-Encoding': 'gzip, br' }

it('compresses a large answer for whoever takes that, and leaves it as it is for others', async () => {
  const { request } = await createWebDesk()
  const plain = await request('/openapi.json')
  expect(plain.headers.get('content-encoding')).toBeNull()
  const packed = await request('/openapi.json', { headers: GZIP })
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(packed.headers.get('vary')).toContain('Accept-Encoding')
  expect(packed.headers.get('content-security-policy')).toContain("default-src 'none'")
  const bytes = Buffer.from(await packed.arrayBuffer())
  expect(gunzipSync(bytes).toString()).toBe(await plain.text())
})

it('leaves small answers alone, and keeps their status', async () => {
  const { request } = await createWebDesk()
  const response = await request('/nowhere', { headers: GZIP })
  expect([response.status, response.headers.get('content-encoding')]).toEqual([404, null])
  expect(await response.json()).toEqual({ error: 'there is nothing at "/nowhere"' })
})

it('arrives whole over a socket', async () => {
  const web = await createWebDesk()
  const response = await fetch(`${await web.listen()}/openapi.json`, { headers: GZIP })
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(Object.keys((await response.json()) as object)).toContain('paths')
})
