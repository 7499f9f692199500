/**
 * `GET /stream?page=…&after=…`: the live side of a page, and `GET /fragment?page=…&after=…`: the same once, for when
 * the stream is away. A reader names where it stands by `Last-Event-ID` or `after`; the fragment answers the new
 * position in the header `Rundesk-Cursor`.
 */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { createSseConnection } from '../../core/sse.ts'
import type { PageFinder } from '../page-finder.ts'
import type { Region } from '../page.ts'
import { catchUp } from '../regions/catch-up.ts'
import { formatCursor, parseCursor } from '../regions/cursor.ts'
import { bindingsOf, type WebContext, type WebEnv } from '../web-env.ts'
import type { ChannelDeps } from './page-channel.ts'
import { createPageStreams } from './page-streams.ts'

const CURSOR_HEADER = 'Rundesk-Cursor'

export function createSsePages(deps: ChannelDeps, finder: PageFinder): Hono<WebEnv> {
  const streams = createPageStreams(deps)
  const routes = new Hono<WebEnv>()

  routes.get('/stream', async (c) => {
    const { outgoing } = bindingsOf(c)
    if (!outgoing) throw new Error('a stream needs a Node response to write to')
    // Before the first await: a client that is gone by then would never be noticed.
    const connection = createSseConnection(outgoing)
    const page = await finder.find(c.req.query('page'), new URL(c.req.url).origin)
    if (!connection.closed) {
      connection.open()
      const since = parseCursor(deps.feed, c.req.header('last-event-id') ?? c.req.query('after'))
      streams.show(page.name, page.regions, connection, since)
    }
    return RESPONSE_ALREADY_SENT
  })

  routes.get('/fragment', async (c) => {
    const page = await finder.find(c.req.query('page'), new URL(c.req.url).origin)
    return answerFragment(deps, c, page.regions, parseCursor(deps.feed, c.req.query('after')))
  })

  return routes
}

/** The updates of some regions since a revision (null: all of them, whole) as one answer. */
export async function answerFragment(
  deps: ChannelDeps,
  c: WebContext,
  regions: readonly Region[],
  since: number | null,
): Promise<Response> {
  const caught = await catchUp(deps, regions, since)
  c.header(CURSOR_HEADER, formatCursor(deps.feed, caught.revision))
  c.header('Vary', 'Accept, HX-Request')
  return c.html(caught.html)
}
