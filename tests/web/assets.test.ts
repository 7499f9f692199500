import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createAssets } from '../../src/web/assets.ts'
import { createTempDir } from '../support/temp-dir.ts'

async function createPublic(css = 'body{}') {
  const dir = await createTempDir('public')
  await mkdir(join(dir, 'css'))
  await writeFile(join(dir, 'css', 'desk.css'), css)
  await writeFile(join(dir, 'secret.txt'), 'not for the outside')
  return createAssets(dir)
}

it('serves a file for good at an address that changes with any file', async () => {
  const assets = await createPublic()
  const url = assets.url('css/desk.css')
  expect(url).toMatch(/^\/assets\/[0-9a-f]{12}\/css\/desk\.css$/)
  expect((await createPublic()).url('css/desk.css')).toBe(url)
  expect((await createPublic('body{margin:0}')).url('css/desk.css')).not.toBe(url)
  const response = await assets.routes.request(url)
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(response.headers.get('content-type')).toBe('text/css; charset=utf-8')
  expect(await response.text()).toBe('body{}')
})

it('serves it compressed to whoever takes that', async () => {
  const assets = await createPublic()
  const response = await assets.routes.request(assets.url('css/desk.css'), {
    headers: { 'Accept-Encoding': 'br, gzip' },
  })
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe('body{}')
})

it('leaves out of a style sheet what is for readers of its source alone', async () => {
  const css = '/* Of the\n   desk */\nbody {\n  /* ink */\n  color: red; /* kept */\n}\n'
  const assets = await createPublic(css)
  const response = await assets.routes.request(assets.url('css/desk.css'))
  expect(await response.text()).toBe('body {\ncolor: red; /* kept */\n}\n')
})

it('brings htmx and its streams along as one script', async () => {
  const assets = await createPublic()
  const script = await (await assets.routes.request(assets.url('vendor/htmx.min.js'))).text()
  expect(script).toMatch(/var htmx=/)
  expect(script).toContain('registerExtension("sse"')
})

it('knows no file that is not of a listed kind', async () => {
  const assets = await createPublic()
  expect(() => assets.url('secret.txt')).toThrow('there is no asset secret.txt')
  const prefix = assets.url('css/desk.css').replace('css/desk.css', '')
  for (const name of ['secret.txt', '../secret.txt', '..%2fsecret.txt', 'css/', '']) {
    const refused = assets.routes.onError((error, c) => c.text(error.message, 404))
    expect((await refused.request(prefix + name)).status).toBe(404)
  }
})
