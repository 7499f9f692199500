import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRenderer } from '../../src/web/render.ts'
import { createTempDir } from '../support/temp-dir.ts'

async function createTestRenderer(views: Record<string, string>, cache = true) {
  const viewsDir = await createTempDir('views')
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(viewsDir, name)), { recursive: true })
    await writeFile(join(viewsDir, name), text)
  }
  for (const [name, text] of Object.entries(views)) await write(name, text)
  return {
    renderer: createRenderer({ viewsDir, cache, assetUrl: (name) => `/a/${name}`, version: '1.2.3' }),
    write,
  }
}

describe('templates', () => {
  it('escape what is printed', async () => {
    const { renderer } = await createTestRenderer({
      'pages/x.eta': '<i title="<%= it.text %>"><%= it.text %></i>',
    })
    const escaped = '&lt;b&gt;&quot;&#39;&amp;'
    expect(renderer.render('pages/x', { text: `<b>"'&` })).toBe(`<i title="${escaped}">${escaped}</i>`)
  })

  it('print nothing for what is not there, escaped or raw', async () => {
    const { renderer } = await createTestRenderer({
      'pages/x.eta': '[<%= it.a %>|<%~ it.a %>|<%= it.b %>|<%= it.zero %>]',
    })
    expect(renderer.render('pages/x', { a: null, zero: 0 })).toBe('[|||0]')
  })

  it('reach the assets and their own data from an included partial', async () => {
    const { renderer } = await createTestRenderer({
      'pages/x.eta': `<%~ include('/partials/ui/figure', { value: 1234.5 }) %>`,
      'partials/ui/figure.eta':
        '<%= it.value %> <%= it.asset("css/x.css") %> <%= it.version %> <%= it.outer %>',
    })
    expect(renderer.render('pages/x', { outer: 'o' })).toBe('1234.5 /a/css/x.css 1.2.3 o')
  })

  it('are kept when told so, and read again when not', async () => {
    for (const cache of [true, false]) {
      const { renderer, write } = await createTestRenderer({ 'pages/x.eta': 'old' }, cache)
      expect(renderer.render('pages/x', {})).toBe('old')
      await write('pages/x.eta', 'new')
      expect(renderer.render('pages/x', {})).toBe(cache ? 'old' : 'new')
    }
  })
})
