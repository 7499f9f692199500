import http from 'node:http'
import { describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../../src/web/middleware/body-limit.ts'
import { MAX_URL_LENGTH } from '../../../src/web/middleware/url-limit.ts'
import { createWebDesk } from '../../support/web-desk.ts'

/** Sends a body of unannounced length and says how much of it was taken before the answer came. */
function sendChunked(url: string, chunks: number): Promise<{ status: number; sent: number }> {
  return new Promise((resolve, reject) => {
    let sent = 0
    let answered = false
    const request = http.request(`${url}/start-multi`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    })
    request.on('response', (response) => {
      answered = true
      response.resume()
      resolve({ status: response.statusCode!, sent })
      request.destroy()
    })
    request.on('error', (error) => (answered ? undefined : reject(error)))
    const send = () => {
      if (answered || sent === chunks) return void (sent === chunks && request.end())
      sent++
      request.write(Buffer.alloc(16 * 1024, 120), () => setImmediate(send))
    }
    send()
  })
}

describe('a body', () => {
  it('that says it is too large is refused unread', async () => {
    const web = await createWebDesk()
    const response = await web.request('/start-multi', {
      method: 'POST',
      body: 'x'.repeat(MAX_BODY_BYTES + 1),
      headers: { 'Content-Length': String(MAX_BODY_BYTES + 1) },
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toEqual({ error: `the body is larger than ${MAX_BODY_BYTES} bytes` })
  })

  it('that does not say how large it is is read no further than allowed', async () => {
    const web = await createWebDesk()
    const { status, sent } = await sendChunked(await web.listen(), 5_000)
    expect(status).toBe(413)
    expect(sent).toBeLessThan(1_000)
    expect(web.desk.launches).toEqual([])
  })

  it('of up to the limit is read, chunked or not', async () => {
    const web = await createWebDesk()
    const { status } = await sendChunked(await web.listen(), 3)
    expect(status).toBe(400)
  })
})

describe('an address', () => {
  it('may be long, but not endless', async () => {
    const { request } = await createWebDesk()
    expect((await request(`/runs?q=${'x'.repeat(150)}`)).status).toBe(200)
    const response = await request(`/runs?q=${'x'.repeat(MAX_URL_LENGTH)}`)
    expect(response.status).toBe(414)
    expect(await response.json()).toMatchObject({ error: expect.stringContaining('the URL is') as string })
  })
})
