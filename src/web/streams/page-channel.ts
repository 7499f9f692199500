/**
 * One page as all its viewers see it live. What changed is gathered for a moment, rendered once, and written as one
 * shared buffer to every viewer; viewers whose logs stand elsewhere get a buffer of their own. Joining and flushing
 * follow one another, never overlap, so that no viewer is shown an older piece after a newer one.
 */
import type { Clock } from '../../core/clock.ts'
import type { PayloadMeter } from '../../core/payload-meter.ts'
import { frameMessage, type SseConnection } from '../../core/sse.ts'
import type { Change } from '../../runs/change.ts'
import type { Region } from '../page.ts'
import { catchUp, type Positions } from '../regions/catch-up.ts'
import {
  composeUpdate,
  framePiece,
  type ComposeDeps,
  type Need,
  type Piece,
  type Update,
} from '../regions/compose-update.ts'
import { formatCursor } from '../regions/cursor.ts'
import { findChangedParts, type TakenApart } from '../regions/region-parts.ts'
import { createShownBytes } from './shown-bytes.ts'

/** How long changes are gathered before they are sent. */
export const COALESCE_MS = 150

export interface ChannelDeps extends ComposeDeps {
  clock: Clock
  shutdown: AbortSignal
  /** The files of a run stay until the answer is called. */
  watchRun(runId: string): () => void
  /** Counts what is sent, and what showing the page whole would have taken. */
  payload?: PayloadMeter
}

export interface PageChannel {
  /** Brings the viewer from `since` (a revision; null: from nothing) to the present and keeps it there. */
  join(connection: SseConnection, since: number | null): void
  onChange(change: Change): void
  readonly viewers: number
}

/** What goes out to the viewers of one place in the logs, and where they stand afterwards. */
interface Sending {
  buffer: Buffer | null
  positions: Positions
  /** Viewers it was written to. */
  readers: number
}

export function createPageChannel(
  deps: ChannelDeps,
  regions: readonly Region[],
  onEmpty: () => void,
): PageChannel {
  const { feed, changes, log } = deps
  const viewers = new Map<SseConnection, Positions>()
  const dirty = new Set<Region>()
  const takenBack = new Set<Region>()
  const lastShown = new Map<string, TakenApart>()
  const shownBytes = createShownBytes(regions)
  let scheduled = false
  let queue: Promise<void> = Promise.resolve()
  let joining = 0

  function enqueue(work: () => Promise<void>): Promise<void> {
    queue = queue.then(work).catch((error: unknown) => log.error({ err: error }, 'a page stream stumbled'))
    return queue
  }

  function schedule(): void {
    if (deps.shutdown.aborted || scheduled || dirty.size === 0 || (viewers.size === 0 && joining === 0))
      return
    scheduled = true
    const flushed = deps.clock.sleep(COALESCE_MS, deps.shutdown).then(
      () => enqueue(flush),
      () => undefined,
    )
    void flushed.then(() => {
      scheduled = false
      schedule()
    })
  }

  async function flush(): Promise<void> {
    if (dirty.size === 0) return
    const changed = [...dirty]
    dirty.clear()
    for (const region of changed) {
      if (takenBack.delete(region)) {
        for (const positions of new Set(viewers.values())) positions.set(region.id, null)
      }
    }
    if (viewers.size === 0) return
    const update = await composeUpdate(
      deps,
      changed.map((region) => needOf(region)),
    )
    // A log that would not stand still is left for the next time; everything else goes out.
    if (!update.stable) {
      for (const region of changed) {
        if (!region.appended) continue
        update.pieces.delete(region.id)
        dirty.add(region)
      }
    }
    shownBytes.see(update)
    forgetUnchanged(update)
    send(update)
  }

  function needOf(region: Region): Need {
    if (!region.appended) return { region, after: new Set([null]) }
    return {
      region,
      after: new Set([...new Set(viewers.values())].map((positions) => positions.get(region.id) ?? null)),
    }
  }

  /** A region that looks as it did is not sent again, and of one that differs in parts only these. */
  function forgetUnchanged(update: Update): void {
    for (const [id, pieces] of update.pieces) {
      const whole = pieces.get(null)
      if (!whole?.apart || whole.region.appended) continue
      const before = lastShown.get(id)
      lastShown.set(id, whole.apart)
      const changed = before ? findChangedParts(before, whole.apart) : null
      if (changed?.length === 0) update.pieces.delete(id)
      else if (changed) pieces.set(null, { ...whole, changed })
    }
  }

  /** Viewers that stand at the same place share their positions from then on, and what is made for one serves all. */
  function send(update: Update): void {
    const made = new Map<Positions, Sending>()
    const byPlace = new Map<string, Sending>()
    for (const [connection, positions] of viewers) {
      let sending = made.get(positions)
      if (!sending) {
        const place = JSON.stringify([...positions])
        sending = byPlace.get(place) ?? prepare(positions, update)
        byPlace.set(place, sending)
        made.set(positions, sending)
      }
      if (sending.positions !== positions) viewers.set(connection, sending.positions)
      if (sending.buffer && connection.write(sending.buffer)) sending.readers++
    }
    for (const sending of byPlace.values()) count(sending)
  }

  function count({ buffer, readers }: Sending): void {
    if (!buffer || readers === 0) return
    const { runId, whole } = shownBytes
    const sent = buffer.length
    deps.payload?.count('page', runId, { sent, whole: Math.max(sent, whole) }, readers)
  }

  function prepare(positions: Positions, update: Update): Sending {
    const pieces = piecesFor(positions, update)
    const next = new Map(positions)
    for (const { region, last } of pieces) if (region.appended) next.set(region.id, last)
    return { buffer: frame(update.revision, pieces), positions: next, readers: 0 }
  }

  function piecesFor(positions: Positions, update: Update): Piece[] {
    const found: Piece[] = []
    for (const [id, pieces] of update.pieces) {
      const piece = pieces.get(positions.get(id) ?? null)
      if (piece) found.push(piece)
    }
    return found
  }

  function frame(revision: number, pieces: readonly Piece[]): Buffer | null {
    const html = pieces.map(framePiece).join('')
    return html === '' ? null : Buffer.from(frameMessage({ id: formatCursor(feed, revision), data: html }))
  }

  async function admit(connection: SseConnection, since: number | null): Promise<void> {
    // What is pending goes out first, so that what the others have seen last is what the newcomer starts from.
    await flush()
    if (connection.closed) return
    const caught = await catchUp(deps, regions, since)
    if (connection.closed) return
    const id = formatCursor(feed, caught.revision)
    // Without changes the number alone: the reader then knows where to resume.
    connection.write(caught.html === '' ? `id: ${id}\n\n` : frameMessage({ id, data: caught.html }))
    viewers.set(connection, caught.positions)
    // Changed while the newcomer was being brought up: it may have seen what the others have not.
    for (const region of dirty) lastShown.delete(region.id)
  }

  function leave(connection: SseConnection): void {
    viewers.delete(connection)
    if (viewers.size === 0 && joining === 0) onEmpty()
  }

  return {
    get viewers() {
      return viewers.size
    },
    join(connection, since) {
      joining++
      connection.onClose(() => leave(connection))
      void enqueue(() => admit(connection, since)).then(() => {
        joining--
        if (connection.closed) leave(connection)
        schedule()
      })
    },
    onChange(change) {
      for (const region of regions) {
        if (!changes.touches(change, region)) continue
        dirty.add(region)
        if (region.appended && changes.isTakeBack(change)) takenBack.add(region)
      }
      schedule()
    },
  }
}
