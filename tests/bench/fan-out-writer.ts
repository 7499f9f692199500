/**
 * What the desk's fan-out is compared with: the least a Node server can do to send the same bytes at the same moments
 * to the same number of clients. A process of its own; `fan-out.ts` tells it what to do.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createWindowWatch, type SentMessage } from './stream-window.ts'

const watch = createWindowWatch()
const clients = new Set<ServerResponse>()

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  clients.add(response)
  response.once('close', () => clients.delete(response))
})
server.listen(0, '127.0.0.1', () => {
  process.send!({ listening: { port: (server.address() as AddressInfo).port, path: '/' } })
})

process.on('message', (message: 'open' | 'close' | { play: SentMessage[] }) => {
  if (message === 'open') watch.open()
  else if (message === 'close') process.send!({ window: watch.close() })
  else if (typeof message === 'object') play(message.play)
})

function play(messages: SentMessage[]): void {
  for (const { offsetMs, bytes } of messages) {
    const buffer = Buffer.from(bytes)
    setTimeout(() => {
      for (const client of clients) client.write(buffer)
    }, offsetMs)
  }
}
