import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../../src/core/http-error.ts'
import { createHostAllowlist } from '../../../src/web/middleware/host-allowlist.ts'
import type { WebEnv } from '../../../src/web/web-env.ts'

function ask(host: string, options: { host?: string; allowedHosts?: string[]; trusted?: boolean } = {}) {
  const app = new Hono<WebEnv>()
  app.use(
    createHostAllowlist({ host: options.host ?? '127.0.0.1', allowedHosts: options.allowedHosts ?? [] }),
  )
  app.get('/', (c) => c.text('in'))
  app.onError((error, c) => c.text(error.message, describeFailure(error).status))
  const request = new Request('http://localhost/', { headers: { Host: host } })
  return app.request(request, undefined, { trusted: options.trusted === true })
}

describe('the names the desk answers to', () => {
  it.each(['localhost', 'localhost:8000', 'LOCALHOST:1', '127.0.0.1', '127.8.9.1:80', '[::1]:8000'])(
    '%s',
    async (host) => {
      expect((await ask(host)).status).toBe(200)
    },
  )

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '192.168.1.7',
    '0.0.0.0',
    'localhost:8000:80',
    'user@localhost',
    'local host',
  ])('refuses %s', async (host) => {
    expect((await ask(host)).status).toBe(403)
  })

  it('answers to its own address and to those that were named, with their port where one was given', async () => {
    const options = { host: '10.0.0.5', allowedHosts: ['desk.example', 'other.example:8443'] }
    expect((await ask('10.0.0.5:8000', options)).status).toBe(200)
    expect((await ask('Desk.Example:99', options)).status).toBe(200)
    expect((await ask('other.example:8443', options)).status).toBe(200)
    expect((await ask('other.example:80', options)).status).toBe(403)
  })

  it('answers to any IP address, but to no other name, when bound to every address', async () => {
    expect((await ask('192.168.1.7:8000', { host: '0.0.0.0' })).status).toBe(200)
    expect((await ask('evil.example', { host: '0.0.0.0' })).status).toBe(403)
  })

  it('asks nothing of the owner', async () => {
    expect((await ask('whatever', { trusted: true })).status).toBe(200)
  })
})
