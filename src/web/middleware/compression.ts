/** Compresses pages and JSON off the main thread. Files come compressed already; streams and downloads stay as they are. */
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { MiddlewareHandler } from 'hono'
import type { WebEnv } from '../web-env.ts'

/** Below it, compressing saves nothing that matters. */
const MIN_BYTES = 2_048
const COMPRESSED_TYPE = /^(?:text\/html|application\/json)\b/

const compress = promisify(gzip)

export function createCompression(): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    await next()
    const { headers } = c.res
    if (headers.has('x-hono-already-sent') || headers.has('Content-Encoding')) return
    if (!COMPRESSED_TYPE.test(headers.get('Content-Type') ?? '') || c.req.method === 'HEAD') return
    headers.append('Vary', 'Accept-Encoding')
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return
    const bytes = Buffer.from(await c.res.arrayBuffer())
    const isWorthIt = bytes.length >= MIN_BYTES
    const answer = new Response(isWorthIt ? new Uint8Array(await compress(bytes)) : bytes, c.res)
    if (isWorthIt) answer.headers.set('Content-Encoding', 'gzip')
    answer.headers.delete('Content-Length')
    // Emptied first, or the framework would merge the old headers into the new answer.
    c.res = undefined
    c.res = answer
  }
}
