import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { createAssets } from '../../../src/web/assets.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const VIEWS = join(ROOT, 'views')
const templates = readdirSync(VIEWS, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith('.eta'))
  .map((entry) => join(entry.parentPath, entry.name).slice(VIEWS.length))
const read = (name: string) => readFileSync(join(VIEWS, name), 'utf8')
const assets = createAssets(join(ROOT, 'public'))

async function sizeOf(name: string): Promise<number> {
  const answer = await assets.routes.request(assets.url(name), { headers: { 'Accept-Encoding': 'gzip' } })
  return (await answer.arrayBuffer()).byteLength
}

test('no template has a style, a script or a handler of its own', () => {
  for (const name of templates) {
    expect(read(name), name).not.toMatch(/\sstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=|hx-on|js:|hx-trigger="[^"]*\[/)
  }
})

test('only what is known to be markup is printed without escaping', () => {
  const known = /^(include\(|it\.region\(|it\.body|it\.svg|it\.linesHtml|[a-z]+\.[a-zA-Z]*[hH]tml|point\.(html|chips))/
  for (const name of templates) {
    for (const [, raw] of read(name).matchAll(/<%~\s*(.+?)\s*%>/gs)) expect(raw, name).toMatch(known)
  }
})

test('every template is reached from a page, a region, a layout or another template', () => {
  const sources = readdirSync(join(ROOT, 'src/web'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  const text = [...templates.map(read), ...sources].join('\n')
  for (const name of templates) {
    const path = name.replace(/\.eta$/, '')
    const short = path.replace(/^\/(pages|partials|layouts)\//, '')
    expect([`'${path}'`, `'${short}'`, `'layouts/${short}'`].some((use) => text.includes(use)), name).toBe(true)
  }
})

test('a page loads at most 25 KB of script, compressed', async () => {
  // What a page of a run at work fetches by itself counts as well.
  const pages = { 'run.js': ['milestones.js', 'timeline.js'], 'launch.js': [], 'runs.js': [] }
  for (const [entry, besides] of Object.entries(pages)) {
    const files = new Set(['theme.js', 'desk.js', entry, ...besides].flatMap((name) => [...importsOf(name)]))
    const names = ['vendor/htmx.min.js', ...[...files].map((name) => `js/${name}`)]
    const sizes = await Promise.all(names.map(sizeOf))
    expect(sizes.reduce((a, b) => a + b), entry).toBeLessThanOrEqual(25_000)
  }
})

function importsOf(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  const text = readFileSync(join(ROOT, 'public/js', name), 'utf8')
  for (const [, path] of text.matchAll(/import (?:[^'"]* from )?'\.\/([^']+)'/g)) importsOf(path!, seen)
  return seen
}
