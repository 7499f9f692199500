/** What a browser does with a page of the desk: finds its stream, and reads what comes over it. */
import http from 'node:http'

/** The stream's path as the page names it, cursor included. */
export async function findStreamUrl(origin: string, path: string): Promise<string> {
  const response = await fetch(origin + path, { headers: { Accept: 'text/html' } })
  const html = await response.text()
  const url = /\/stream\?page=[^"'\s]+/.exec(html)?.[0]
  if (!url) throw new Error(`the page ${path} answered ${response.status} and names no stream`)
  return url.replaceAll('&amp;', '&')
}

export interface StreamMessage {
  /** As they came over the wire, without the framing of HTTP. */
  bytes: number
  /** Bytes by the element that each update is for. */
  updates: { target: string; bytes: number }[]
}

export interface PageStream {
  readonly messages: StreamMessage[]
  /** The first message. */
  readonly first: Promise<StreamMessage>
  close(): void
}

/** Reads a stream's messages; heartbeats are left out. */
export function readPageStream(url: string): Promise<PageStream> {
  return new Promise((resolve, reject) => {
    const messages: StreamMessage[] = []
    const first = Promise.withResolvers<StreamMessage>()
    const sent = http.get(url, { agent: false, headers: { Accept: 'text/event-stream' } }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`${url} answered ${response.statusCode}`))
      let text = ''
      response.setEncoding('utf8')
      response.on('error', () => undefined)
      response.on('data', (chunk: string) => {
        text += chunk
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const message = text.slice(0, end + 2)
          text = text.slice(end + 2)
          if (!message.startsWith('id:')) continue
          messages.push(measureMessage(message))
          first.resolve(messages[0]!)
        }
      })
      resolve({ messages, first: first.promise, close: () => sent.destroy() })
    })
    sent.on('error', reject)
  })
}

function measureMessage(message: string): StreamMessage {
  const updates = message.split('<hx-partial ').slice(1)
  return {
    bytes: Buffer.byteLength(message),
    updates: updates.map((update) => ({
      target: /hx-target="([^"]+)"/.exec(update)?.[1] ?? '',
      bytes: Buffer.byteLength(update),
    })),
  }
}
