/**
 * The fixed files of the desk: those of `public/`, and htmx with its streams in one script. Read once, compressed once, kept in
 * memory; served below one address that changes with any of them, so that browsers may keep them for good. Only files
 * in the list exist, whatever the path asked for looks like.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { NotFoundError, quote } from '../core/errors.ts'
import { sha256 } from '../core/json.ts'
import type { WebEnv } from './web-env.ts'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
}
/**
 * One script of both: htmx starts on its own as soon as it has run, and a page whose second script came after that
 * would never connect its stream.
 */
const VENDOR: Record<string, readonly string[]> = {
  'vendor/htmx.min.js': ['htmx.org/dist/htmx.min.js', 'htmx.org/dist/ext/hx-sse.min.js'],
}
const NEWLINE = Buffer.from('\n')
const FOR_GOOD = 'public, max-age=31536000, immutable'

interface Asset {
  type: string
  bytes: Buffer<ArrayBuffer>
  gzip: Buffer<ArrayBuffer>
}

export interface Assets {
  /** The address of a file: `url('css/desk.css')`. Throws for a file that is not there. */
  url(name: string): string
  readonly routes: Hono<WebEnv>
}

export function createAssets(publicDir: string): Assets {
  const files = new Map<string, Asset>()
  for (const [name, path] of [...listPublic(publicDir), ...listVendor()])
    files.set(name, readAsset(name, path))
  const names = [...files.keys()].sort()
  const version = sha256(names.map((name) => `${name} ${sha256(files.get(name)!.bytes)}`).join('\n')).slice(
    0,
    12,
  )
  const prefix = `/assets/${version}/`

  const routes = new Hono<WebEnv>()
  routes.get('/assets/*', (c) => {
    const { pathname } = new URL(c.req.url)
    const file = pathname.startsWith(prefix) ? files.get(pathname.slice(prefix.length)) : undefined
    if (!file) throw new NotFoundError(`there is no file ${quote(pathname)}`)
    const zipped = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    const headers: Record<string, string> = {
      'Content-Type': file.type,
      'Cache-Control': FOR_GOOD,
      Vary: 'Accept-Encoding',
    }
    if (zipped) headers['Content-Encoding'] = 'gzip'
    return c.body(zipped ? file.gzip : file.bytes, 200, headers)
  })

  return {
    routes,
    url(name) {
      if (!files.has(name)) throw new Error(`there is no asset ${name}`)
      return prefix + name
    },
  }
}

function listPublic(dir: string): [string, string[]][] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(dir.length).replaceAll('\\', '/').replace(/^\/+/, ''), [path]]
    })
}

function listVendor(): [string, string[]][] {
  const pathOf = (module: string) => fileURLToPath(import.meta.resolve(module))
  return Object.entries(VENDOR).map(([name, modules]) => [name, modules.map(pathOf)])
}

/**
 * Comments that stand on lines of their own, and what lines are indented by: they are for readers of the source, and no
 * browser need load them. So no text in a script or a style sheet may rest on how its lines begin.
 */
const FOR_READERS: Readonly<Record<string, RegExp>> = {
  '.js': /^[ \t]*(?:\/\*\*[\s\S]*?\*\/|\/\/.*)\n|^[ \t]+/gm,
  '.css': /^[ \t]*\/\*[\s\S]*?\*\/\n|^[ \t]+/gm,
}

function readAsset(name: string, paths: readonly string[]): Asset {
  const joined = paths
    .map((path) => readFileSync(path))
    .reduce((before, part) => Buffer.concat([before, NEWLINE, part]))
  const forReaders = name in VENDOR ? undefined : FOR_READERS[extname(name)]
  const bytes = Buffer.from(forReaders ? joined.toString().replace(forReaders, '') : joined)
  return { type: TYPES[extname(name)]!, bytes, gzip: Buffer.from(gzipSync(bytes, { level: 9 })) }
}
