/**
 * What a reader needs to see of some regions, read at one revision. The revision promises: logs end exactly there, and
 * everything else is at least as new. A reader who comes back with it misses nothing and sees no log entry twice.
 */
import type { ChangeFeed } from '../../runs/change.ts'
import type { Log } from '../log.ts'
import type { Region } from '../page.ts'
import type { RegionChanges } from './region-changes.ts'
import type { RegionHtml } from './region-html.ts'
import type { TakenApart } from './region-parts.ts'

/** Attempts to read logs while nothing is added to them; with entries in memory the first one succeeds. */
const MAX_ATTEMPTS = 5

/** A region and the log positions of its readers: what comes after each of them, or the whole for null. */
export interface Need {
  region: Region
  after: ReadonlySet<number | null>
}

export interface Piece {
  region: Region
  kind: 'whole' | 'appended'
  html: string
  /** A whole region's parts, to tell what of it is new. */
  apart?: TakenApart
  /** Set when the reader needs no more of a whole region than these parts of it. */
  changed?: [id: string, html: string][]
  /** The reader's log position with this piece; null when the next one must be whole. */
  last: number | null
}

export interface Update {
  revision: number
  /** By region id, then by the position of the reader. */
  pieces: Map<string, Map<number | null, Piece>>
  /** False when a log kept growing while it was read: its pieces may hold more than `revision` says. */
  stable: boolean
}

export interface ComposeDeps {
  feed: ChangeFeed
  changes: RegionChanges
  regionHtml: RegionHtml
  log: Log
}

export async function composeUpdate(deps: ComposeDeps, needs: readonly Need[]): Promise<Update> {
  const logs = needs.filter(({ region }) => region.appended)
  const others = needs.filter(({ region }) => !region.appended)
  const update: Update = { revision: deps.feed.revision, pieces: new Map(), stable: logs.length === 0 }
  for (let attempt = 0; attempt < MAX_ATTEMPTS && !update.stable; attempt++) {
    update.revision = deps.feed.revision
    await readInto(deps, update, logs)
    update.stable = logs.every(({ region }) => deps.changes.revisionOf(region) <= update.revision)
  }
  await readInto(deps, update, others)
  return update
}

async function readInto(deps: ComposeDeps, update: Update, needs: readonly Need[]): Promise<void> {
  const read = await Promise.all(needs.map((need) => readPieces(deps, need)))
  for (const [index, { region }] of needs.entries()) update.pieces.set(region.id, read[index]!)
}

async function readPieces(deps: ComposeDeps, { region, after }: Need): Promise<Map<number | null, Piece>> {
  const pieces = new Map<number | null, Piece>()
  for (const position of after) pieces.set(position, await readPiece(deps, region, position))
  return pieces
}

async function readPiece(deps: ComposeDeps, region: Region, position: number | null): Promise<Piece> {
  const appended = position === null ? null : await readAppended(deps, region, position)
  if (appended) return { region, kind: 'appended', html: appended.html, last: appended.last }
  const { lastSeq, ...apart } = await deps.regionHtml.renderWhole(region)
  return { region, kind: 'whole', html: apart.html, apart, last: lastSeq }
}

async function readAppended(deps: ComposeDeps, region: Region, position: number) {
  try {
    return (await region.appended?.(position)) ?? null
  } catch (error) {
    deps.log.error({ err: error, region: region.key }, 'a region could not be continued')
    return null
  }
}

/** The markup of one piece as htmx takes it: a morph of the region's inside, or new lines at the end of its list. */
export function framePiece(piece: Piece): string {
  if (piece.changed) return piece.changed.map(([id, html]) => frame(id, 'outerMorph', html)).join('')
  if (piece.kind === 'whole') return frame(piece.region.id, 'innerMorph', piece.html)
  return piece.html === '' ? '' : frame(piece.region.appendTo ?? piece.region.id, 'beforeend', piece.html)
}

function frame(id: string, swap: string, html: string): string {
  return `<hx-partial hx-target="#${id}" hx-swap="${swap}">${html}</hx-partial>`
}
