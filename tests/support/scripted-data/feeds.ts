/** Feeds in the four formats, made by hand: titles and descriptions are put in as they are, so that they can be hostile. */

export interface ScriptedItem {
  title?: string
  link?: string
  /** As written in the feed; left out, the item has no date. */
  date?: string
  description?: string
  source?: string
  updated?: string
}

const tag = (name: string, value: string | undefined) =>
  value === undefined ? '' : `<${name}>${value}</${name}>`

export function createRss(items: readonly ScriptedItem[], { title = 'A feed', head = '' } = {}): string {
  const body = items.map(
    (item) =>
      `<item>${tag('title', item.title)}${tag('link', item.link)}${tag('pubDate', item.date)}` +
      `${tag('description', item.description)}${item.source === undefined ? '' : `<source url="https://source.example/">${item.source}</source>`}</item>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>${head}<rss version="2.0"><channel><title>${title}</title><link>https://feed.example/</link>${body.join('')}</channel></rss>`
}

export function createAtom(items: readonly ScriptedItem[], title = 'A feed'): string {
  const body = items.map(
    (item, i) =>
      `<entry><id>urn:${i}</id><title type="html">${item.title ?? ''}</title><link rel="alternate" href="${item.link ?? ''}"/>` +
      `${tag('published', item.date)}${tag('updated', item.updated ?? item.date)}<summary type="html">${item.description ?? ''}</summary></entry>`,
  )
  return `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>${title}</title><id>urn:feed</id>${body.join('')}</feed>`
}

export function createRdf(items: readonly ScriptedItem[], title = 'A feed'): string {
  const body = items.map(
    (item) =>
      `<item rdf:about="${item.link}">${tag('title', item.title)}${tag('link', item.link)}${tag('description', item.description)}${tag('dc:date', item.date)}</item>`,
  )
  return `<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://feed.example/"><title>${title}</title><link>https://feed.example/</link><description>d</description></channel>${body.join('')}</rdf:RDF>`
}

export function createJsonFeed(items: readonly ScriptedItem[], title = 'A feed'): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title,
    items: items.map((item, i) => ({
      ...{ id: `${i}`, url: item.link, title: item.title, summary: item.description },
      ...{ date_published: item.date, date_modified: item.updated },
    })),
  })
}
