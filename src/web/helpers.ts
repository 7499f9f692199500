/**
 * What every template can call as `it.h`: figures as the rest of the desk writes them, Markdown, local addresses.
 * How statuses and times look is settled by the view models, not here.
 */
import { formatBytes, formatDuration, formatNumber, formatPct, formatSigned } from '../core/format.ts'
import { renderMarkdown } from '../core/markdown.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made safe for element content and quoted attributes; null and undefined are empty. */
export function escapeHtml(value: unknown): string {
  if (value === null || value === undefined) return ''
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}

export const helpers = {
  formatNumber,
  formatSigned,
  formatPct,
  formatDuration,
  formatBytes,

  /** Markup (print it raw): Markdown rendered and sanitized; empty for no text. */
  markdown: (text: string | null | undefined): string => (text ? renderMarkdown(text) : ''),

  /** A local address: `path` with those values of `query` that are set. */
  url(path: string, query: Record<string, string | number | null | undefined> = {}): string {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== '') search.set(name, String(value))
    }
    return search.size === 0 ? path : `${path}?${search.toString()}`
  },
}

export type Helpers = typeof helpers
