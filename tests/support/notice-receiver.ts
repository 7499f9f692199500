/** A receiver of notices over real HTTP: remembers what it was sent and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Notice } from '../../src/notify/notice.ts'

export interface Received {
  headers: IncomingHttpHeaders
  body: string
  notice: Notice
}

export interface NoticeReceiver {
  readonly url: string
  readonly received: Received[]
  /** The status of the next answers, the last one from then on; 0 leaves the sender without one. */
  answers: number[]
  /** Resolves once so many were received. */
  until(count: number): Promise<void>
}

export async function startNoticeReceiver(answers: number[] = [200]): Promise<NoticeReceiver> {
  const received: Received[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      received.push({ headers: request.headers, body, notice: JSON.parse(body) as Notice })
      const status = receiver.answers.length > 1 ? receiver.answers.shift()! : receiver.answers[0]!
      if (status !== 0) response.writeHead(status, { Location: '/elsewhere' }).end()
      for (const { count, resolve } of waiting) if (received.length >= count) resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const receiver: NoticeReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    until: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
  }
  return receiver
}
