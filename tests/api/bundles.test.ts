import { Readable } from 'node:stream'
import { request as openRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { MAX_BUNDLE_BYTES } from '../../src/runs/bundle-upload.ts'
import { createWebDesk } from '../support/web-desk.ts'

const PAGE = { Accept: 'text/html' }
const ZIP = { 'Content-Type': 'application/zip' }

describe('GET /runs/{id}/export', () => {
  it('answers the bundle as a download, to browsers and programs', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    desk.complete(runId)
    for (const headers of [{}, PAGE]) {
      const response = await request(`/runs/${runId}/export`, { headers })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/zip')
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${runId}.zip"`)
      expect(await response.text()).toBe(`the bundle of ${runId}`)
    }
  })

  it('answers HEAD without reading the run', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    desk.complete(runId)
    const response = await request(`/runs/${runId}/export`, { method: 'HEAD' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip'])
    expect(desk.asked).toEqual([`check ${runId}`])
    expect((await request('/runs/AAPL--2026-11-20_10.00.00--ffffff/export', { method: 'HEAD' })).status).toBe(
      404,
    )
  })

  it('answers 409 before the run has ended, 404 and 400 for what is no run', async () => {
    const { desk, request } = await createWebDesk()
    const runId = desk.add()
    expect((await request(`/runs/${runId}/export`)).status).toBe(409)
    expect((await request('/runs/AAPL--2026-11-20_10.00.00--ffffff/export')).status).toBe(404)
    expect((await request('/runs/nonsense/export')).status).toBe(400)
  })
})

describe('POST /runs/import', () => {
  it('takes the body as it is, and answers the id', async () => {
    const { desk, request } = await createWebDesk()
    const body = 'x'.repeat(200_000)
    const response = await request('/runs/import', { method: 'POST', headers: ZIP, body })
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ run_id: expect.stringMatching(/^MSFT--/) })
    expect(desk.asked).toEqual([`import ${body}`])
  })

  it('takes the file of a form, and sends a browser to the run', async () => {
    const { desk, request } = await createWebDesk()
    const form = new FormData()
    form.append('bundle', new Blob(['zipped']), 'run.zip')
    const response = await request('/runs/import', { method: 'POST', headers: PAGE, body: form })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toMatch(/^\/runs\/MSFT--/)
    expect(desk.asked).toEqual(['import zipped'])
    const again = await request('/runs/import', { headers: PAGE })
    expect([again.status, again.headers.get('location')]).toEqual([303, '/runs#bundle'])
  })

  it('shows a browser a page that says why a bundle is refused, and a program the same as JSON', async () => {
    const { request } = await createWebDesk()
    const form = new FormData()
    form.append('bundle', new Blob(['no bundle <b>']), 'run.zip')
    const page = await request('/runs/import', { method: 'POST', headers: PAGE, body: form })
    expect(page.status).toBe(400)
    expect(await page.text()).toContain('the bundle is refused: it is none')
    const json = await request('/runs/import', { method: 'POST', headers: ZIP, body: 'no bundle' })
    expect([json.status, await json.json()]).toEqual([400, { error: 'the bundle is refused: it is none' }])
  })

  it('refuses other types, forms without the file, and other sites', async () => {
    const { desk, request } = await createWebDesk()
    const post = (headers: Record<string, string>, body: BodyInit) =>
      request('/runs/import', { method: 'POST', headers, body })
    expect((await post({ 'Content-Type': 'application/json' }, '{}')).status).toBe(415)
    const form = new FormData()
    form.append('file', new Blob(['zipped']))
    expect((await post({}, form)).status).toBe(400)
    expect((await post({ ...ZIP, Origin: 'https://elsewhere.example' }, 'x')).status).toBe(403)
    expect(desk.asked).toEqual([])
  })

  it('alone may be longer than a form, and not beyond its own bound', async () => {
    const web = await createWebDesk()
    const url = new URL(await web.listen())
    const announced = await new Promise<number>((resolve, reject) => {
      const outgoing = openRequest(
        {
          ...{ host: url.hostname, port: url.port, path: '/runs/import', method: 'POST' },
          headers: { ...ZIP, 'Content-Length': MAX_BUNDLE_BYTES + 1_000_000 },
        },
        (answer) => {
          resolve(answer.statusCode ?? 0)
          outgoing.destroy()
        },
      )
      outgoing.on('error', reject)
      outgoing.flushHeaders()
    })
    expect(announced).toBe(413)
    const body = 'x'.repeat(100_000)
    for (const path of ['/runs/import/', '/runs/MSFT--2026-11-20_10.00.00--000001/rerun', '/start-multi']) {
      const response = await fetch(new URL(path, url), { method: 'POST', headers: ZIP, body })
      expect([path, response.status]).toEqual([path, 413])
    }
    const large = Readable.toWeb(Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(65_536, 'x'))))
    const init = { method: 'POST', headers: ZIP, body: large, duplex: 'half' } as unknown as RequestInit
    expect((await fetch(new URL('/runs/import', url), init)).status).toBe(201)
    expect(web.desk.asked.at(-1)).toHaveLength('import '.length + 40 * 65_536)
  })
})
