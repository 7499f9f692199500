/**
 * A feed's text as items, whichever of RSS, Atom, RDF or JSON Feed it is, and an item as a headline. Nothing of it is
 * trusted: markup, hidden characters and odd links are removed, items that cannot be dated are left out and counted.
 */
import type { parseFeed as ParseFeed } from 'feedsmith'
import type { Headline } from '../sources.ts'
import { toIso } from '../../core/clock.ts'
import { readFeedDate } from './feed-dates.ts'
import { MAX_SUMMARY, MAX_TITLE, readLink } from './headlines.ts'
import { htmlToText } from './plain-text.ts'

const MAX_PUBLISHER = 120
/** Items of one feed that are read, from its beginning; feeds hold tens. */
const MAX_ITEMS = 1_000

/** An item as the feed has it, but for its dates. */
export interface FeedItem {
  publishedMs: number
  /** When it was last changed; as published where the feed does not say. */
  changedMs: number
  title: string
  summary: string
  publisher: string
  links: (string | undefined)[]
}

export interface FeedItems {
  /** Newest first. */
  items: FeedItem[]
  /** Items without a date that can be read. */
  undated: number
  /** Items with neither title nor text. */
  empty: number
}

interface RawItem {
  title?: string
  summary?: string
  links: (string | undefined)[]
  published?: string
  changed?: string
  publisher?: string
}

/** Throws where the text is no feed. */
export async function parseFeedItems(text: string): Promise<FeedItems> {
  const { parseFeed } = await import('feedsmith')
  const feed = readFeed(parse(parseFeed, text))
  const result: FeedItems = { items: [], undated: 0, empty: 0 }
  for (const { title = '', summary = '', publisher = feed.publisher ?? '', links, ...dates } of feed.items) {
    const changed = readFeedDate(dates.changed)
    const publishedMs = readFeedDate(dates.published) ?? changed
    if (publishedMs === null) result.undated += 1
    else if (title === '' && summary === '') result.empty += 1
    else {
      const changedMs = Math.max(publishedMs, changed ?? publishedMs)
      result.items.push({ publishedMs, changedMs, title, summary, publisher, links })
    }
  }
  result.items.sort((a, b) => b.publishedMs - a.publishedMs)
  return result
}

/** Null for an item of which nothing is left to read. */
export function describeItem(item: FeedItem, fallbackPublisher: string): Headline | null {
  const summary = htmlToText(item.summary, MAX_SUMMARY)
  const title = htmlToText(item.title, MAX_TITLE) || htmlToText(item.summary, MAX_TITLE)
  if (title === '') return null
  return {
    title,
    publisher: htmlToText(item.publisher, MAX_PUBLISHER) || fallbackPublisher,
    published_at: toIso(item.publishedMs),
    url: item.links.map(readLink).find((link) => link !== null) ?? null,
    summary: summary === '' || summary === title ? null : summary,
  }
}

type ParsedFeed = ReturnType<typeof ParseFeed<string>>

function parse(parseFeed: typeof ParseFeed, text: string): ParsedFeed {
  try {
    return parseFeed<string>(text, { maxItems: MAX_ITEMS })
  } catch (error) {
    throw new Error('what it answered is no feed that can be read', { cause: error })
  }
}

function readFeed(parsed: ParsedFeed): { publisher: string | undefined; items: RawItem[] } {
  switch (parsed.format) {
    case 'rss':
      return {
        publisher: parsed.feed.title,
        items: (parsed.feed.items ?? []).map((item) => ({
          title: item.title,
          summary: item.description ?? item.content?.encoded,
          links: [item.link, item.guid?.isPermaLink === false ? undefined : item.guid?.value],
          published: item.pubDate ?? item.dc?.dates?.[0] ?? item.atom?.published,
          changed: item.atom?.updated,
          publisher: item.source?.title,
        })),
      }
    case 'atom':
      return {
        publisher: parsed.feed.title?.value,
        items: (parsed.feed.entries ?? []).map((entry) => ({
          title: entry.title?.value,
          summary: entry.summary?.value ?? entry.content?.value,
          links: (entry.links ?? [])
            .filter(({ rel }) => rel === undefined || rel === 'alternate')
            .map(({ href }) => href),
          published: entry.published,
          changed: entry.updated,
          publisher: entry.source?.title?.value,
        })),
      }
    case 'rdf':
      return {
        publisher: parsed.feed.title,
        items: (parsed.feed.items ?? []).map((item) => ({
          title: item.title,
          summary: item.description ?? item.content?.encoded,
          links: [item.link],
          published: item.dc?.dates?.[0],
        })),
      }
    case 'json':
      return {
        publisher: parsed.feed.title,
        items: (parsed.feed.items ?? []).map((item) => ({
          title: item.title,
          summary: item.summary ?? item.content_text ?? item.content_html,
          links: [item.url, item.external_url],
          published: item.date_published,
          changed: item.date_modified,
        })),
      }
  }
}
