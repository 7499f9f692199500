/** What a reader who last saw `revision` needs of a page: only what changed since, or everything when that is unknown. */
import type { Region } from '../page.ts'
import { composeUpdate, framePiece, type ComposeDeps, type Need } from './compose-update.ts'

/** Log positions by region id, for regions that only grow. Null: the next piece must be whole. */
export type Positions = Map<string, number | null>

export interface CatchUp {
  /** Markup of the updates; empty when nothing changed. */
  html: string
  /** What the reader stands at; null when it cannot be told and the next reading must be whole. */
  revision: number | null
  positions: Positions
}

export async function catchUp(
  deps: ComposeDeps,
  regions: readonly Region[],
  since: number | null,
): Promise<CatchUp> {
  const positions: Positions = new Map()
  const needs: Need[] = []
  for (const region of regions) {
    const position = since === null || !region.appended ? null : deps.changes.logSeqAt(region, since)
    if (region.appended) positions.set(region.id, position)
    const changed = since === null || deps.changes.revisionOf(region) > since
    if (changed) needs.push({ region, after: new Set([position]) })
  }
  const update = await composeUpdate(deps, needs)
  let html = ''
  for (const pieces of update.pieces.values()) {
    for (const piece of pieces.values()) {
      html += framePiece(piece)
      if (piece.region.appended) positions.set(piece.region.id, update.stable ? piece.last : null)
    }
  }
  return { html, revision: update.stable ? update.revision : null, positions }
}
