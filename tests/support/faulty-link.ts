/**
 * A connection to `/ws` that loses messages, repeats them, or brings a second copy of them late, as it is told. `settle`
 * waits until everything the server has sent by then has come through, without telling the client anything of it.
 */
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Link } from './documented-client.ts'
import { parseMessage } from './ws-client.ts'

export type Fault = 'pass' | 'drop' | 'twice' | 'late'

export interface FaultyLink extends Link {
  /** Resolves when all that was sent so far is here. False when the connection ended. */
  settle(): Promise<boolean>
}

export interface FaultyLinkOptions {
  url: string
  /** What happens to a message. */
  fault(message: { type: string; [field: string]: unknown }): Fault
  receive(text: string): void
}

export async function openFaultyLink({ url, fault, receive }: FaultyLinkOptions): Promise<FaultyLink> {
  const ws = new WebSocket(url.replace(/^http/, 'ws'))
  onTestFinished(() => ws.terminate())
  /** Who waits for the answers to pings, in the order in which these were sent; null for the client's own. */
  const pings: (((isOpen: boolean) => void) | null)[] = []
  const late: string[] = []
  let isOpen = true
  ws.on('message', (data) => {
    const text = (data as Buffer).toString()
    const message = parseMessage(text)
    const waiting = message.type === 'pong' ? pings.shift() : null
    if (waiting) return waiting(true)
    if (!isOpen) return
    const happens = fault(message)
    if (happens !== 'drop') receive(text)
    if (happens === 'twice') receive(text)
    else if (happens === 'late') late.push(text)
    else if (late.length > 0) receive(late.shift()!)
  })
  ws.on('close', () => {
    isOpen = false
    for (const waiting of pings.splice(0)) waiting?.(false)
  })
  ws.on('error', () => undefined)
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    ws.once('error', reject)
  })
  return {
    send(text) {
      if (text === '{"action":"ping"}') pings.push(null)
      if (isOpen) ws.send(text)
    },
    close() {
      isOpen = false
      ws.close()
    },
    settle() {
      if (!isOpen) return Promise.resolve(false)
      return new Promise((resolve) => {
        pings.push(resolve)
        ws.send(JSON.stringify({ action: 'ping' }))
      })
    },
  }
}
