/** One try to deliver a notice: a POST of JSON, signed where there is a secret. Any 2xx is taken as received. */
import { messageOf } from '../core/errors.ts'
import { signBody, type Notice } from './notice.ts'

export interface Webhook {
  url: string
  /** Empty: not signed. */
  secret: string
  /** Guarded and bounded in time. A redirect is not followed: it would take the message elsewhere. */
  fetch: typeof globalThis.fetch
}

export type Try = { ok: true } | { ok: false; problem: string; isFinal: boolean }

/** Never throws but for the signal's reason. */
export async function postNotice(
  { url, secret, fetch }: Webhook,
  notice: Notice,
  nowMs: number,
  signal: AbortSignal,
): Promise<Try> {
  const body = JSON.stringify(notice)
  const headers = {
    'Content-Type': 'application/json',
    'Rundesk-Delivery': notice.id,
    'Rundesk-Event': notice.event,
    ...(secret !== '' && { 'Rundesk-Signature': signBody(body, secret, nowMs) }),
  }
  try {
    const { status } = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    if (status >= 200 && status < 300) return { ok: true }
    // 410 says that nobody wants to hear of this any more; everything else may be mended.
    return { ok: false, problem: `answered ${status}`, isFinal: status === 410 }
  } catch (error) {
    signal.throwIfAborted()
    return { ok: false, problem: messageOf(error), isFinal: false }
  }
}
