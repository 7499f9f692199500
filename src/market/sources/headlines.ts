/** What headlines of every source have in common: which are given, how long they are, which links they may carry. */
import type { Headline } from '../sources.ts'

export const MAX_TITLE = 300
export const MAX_SUMMARY = 600
export const MAX_HEADLINES = 50
const MAX_LINK = 2_000

/** Published up to `endMs`, newest first, each once, at most 50; copies of the caller's own. */
export function newestHeadlines(all: readonly Headline[], endMs: number): Headline[] {
  const seen = new Set<string>()
  return all
    .filter(({ published_at }) => Date.parse(published_at) <= endMs)
    .sort((a, b) => Date.parse(b.published_at) - Date.parse(a.published_at))
    .filter(({ title, url }) => {
      const keys = [title.toLowerCase(), ...(url === null ? [] : [url])]
      const isNew = keys.every((key) => !seen.has(key))
      for (const key of keys) seen.add(key)
      return isNew
    })
    .slice(0, MAX_HEADLINES)
    .map((headline) => ({ ...headline }))
}

/** An http or https address without a password in it, else null. */
export function readLink(text: string | null | undefined): string | null {
  const url = typeof text === 'string' && text.length <= MAX_LINK && URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) return null
  return url.href.length <= MAX_LINK ? url.href : null
}
