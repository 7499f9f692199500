/**
 * The frame of a drawing that is made by hand: its size, its words for those who do not see it, and numbers short enough
 * to be sent. Promises markup that a strict content policy takes: attributes and classes, no style, no script.
 */
import { escapeHtml } from '../escape-html.ts'

export interface Frame {
  /** Unique on the page: `job-equity`. */
  id: string
  /** One of the two drawings of the same; the style sheet shows the one that fits. `any` fits every width. */
  size: 'wide' | 'narrow' | 'any'
  width: number
  height: number
  title: string
  description: string
  /** With links inside it is a group; else a picture. */
  hasLinks?: boolean
  /** More attributes, as `data-from="…"`; trusted. */
  attributes?: string
}

export function frameSvg(frame: Frame, inner: string): string {
  const id = `${frame.id}-${frame.size}`
  return (
    `<svg id="${id}" class="chart chart-${frame.size}" viewBox="0 0 ${frame.width} ${frame.height}" ` +
    `role="${frame.hasLinks ? 'group' : 'img'}" aria-labelledby="${id}-title" aria-describedby="${id}-desc"${frame.attributes ?? ''}>` +
    `<title id="${id}-title">${escapeHtml(frame.title)}</title>` +
    `<desc id="${id}-desc">${escapeHtml(frame.description)}</desc>${inner}</svg>`
  )
}

/** To a tenth of a point, which no screen shows. */
export function short(value: number): string {
  const rounded = Math.round(value * 10) / 10
  return String(rounded === 0 ? 0 : rounded)
}

export interface Label {
  x: number
  y: number
  words: string
  anchor?: 'start' | 'middle' | 'end'
  className?: string
}

/** Small text, vertically centred on `y`. */
export function drawLabel({ x, y, words, anchor = 'start', className = 'chart-text' }: Label): string {
  const at = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text class="${className}" x="${short(x)}" y="${short(y)}" dy=".33em"${at}>${escapeHtml(words)}</text>`
}
