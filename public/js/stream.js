/**
 * The page's live stream, watched: while it is away, the page says since when and asks every few seconds; while nobody answers,
 * its clocks stand and what runs is marked as last known. A first connection that failed, which the stream does not mend
 * by itself, is made anew from where the page stands.
 */
import { onForgotten } from './keep.js'
import { clockOf, freeze } from './times.js'
import { takeBackUnanswered } from './toast.js'

const POLL_SECONDS = 5
/** A stream that is back within this time was never missed. */
const PATIENCE_MS = 2000

let connection
let cursor = streamElement()?.dataset.cursor
let lostAt = 0
/** Signed out: the present stream was ended and is not made anew before somebody has answered. */
let isStopped = false
/** Counts losses, so that what waits for an older one knows that it is over. */
let loss = 0
/** When the page was last known to be up to date. */
let knownAt = 0

function streamElement() {
  return document.getElementById('stream')
}

const pollSeconds = () => streamElement().dataset.poll || POLL_SECONDS

/** htmx ends the present stream and opens the next. */
export function restartStream(next) {
  cursor = next.dataset.cursor
  connection = undefined
  htmx.swap({
    text: next.outerHTML,
    target: streamElement(),
    swap: 'outerHTML',
    sourceElement: document.body,
  })
}

function say(text, isUnknown) {
  const notice = document.getElementById('stale')
  notice.hidden = text === ''
  notice.textContent = text
  const root = document.documentElement
  freeze(isUnknown)
  if (!isUnknown) takeBackUnanswered()
  root.classList.toggle('is-stale', isUnknown)
  // Printed by the style sheet beside whatever runs, where no update can wipe it.
  root.style.setProperty('--last-known', `"last known ${clockOf(new Date(knownAt))}"`)
}

function lose() {
  if (lostAt !== 0) return
  lostAt = knownAt = Date.now()
  freeze(true)
  setTimeout(pollOn, PATIENCE_MS, ++loss)
}

function regain() {
  lostAt = 0
  loss++
  say('', false)
}

async function pollOn(ofLoss) {
  if (ofLoss !== loss) return
  const since = clockOf(new Date(lostAt))
  const answered = await poll()
  if (ofLoss !== loss) return
  if (answered) knownAt = Date.now()
  say(
    answered
      ? `Live updates lost since ${since}, polling every ${pollSeconds()} s`
      : `No answer since ${since}, trying every ${pollSeconds()} s`,
    !answered,
  )
  const element = streamElement()
  if (answered && !element._htmx?.sse) {
    const next = element.cloneNode()
    const url = new URL(next.getAttribute('hx-sse:connect'), location.href)
    url.searchParams.set('after', cursor)
    next.setAttribute('hx-sse:connect', url.pathname + url.search)
    next.dataset.cursor = cursor
    restartStream(next)
  }
  setTimeout(pollOn, pollSeconds() * 1000, ofLoss)
}

/** Brings the page up to date once, without the stream. */
export async function poll() {
  if (lostAt === 0 && connection) return true
  const stream = streamElement()
  try {
    const from = connection?.lastEventId || cursor
    const response = await fetch(`${stream.dataset.fragment}&after=${encodeURIComponent(from)}`, {
      signal: window.AbortSignal.timeout(POLL_SECONDS * 1000),
    })
    if (response.status === 401) location.reload()
    if (!response.ok) return false
    const text = await response.text()
    cursor = response.headers.get('Rundesk-Cursor') ?? cursor
    if (connection) connection.lastEventId = cursor
    if (stream.isConnected && text)
      await htmx.swap({ text, target: stream, swap: 'none', sourceElement: stream })
    return true
  } catch {
    return false
  }
}

document.addEventListener('htmx:sse:before:connection', (event) => {
  connection = event.detail.connection
  if (connection.attempt > 0) lose()
  if (isStopped) event.preventDefault()
  isStopped = false
})
document.addEventListener('htmx:sse:after:connection', () => {
  regain()
  // A page that is loaded in the background was never told to pause.
  if (document.hidden) window.queueMicrotask(() => document.dispatchEvent(new Event('visibilitychange')))
})
onForgotten(() => {
  isStopped = connection !== undefined
  connection?.reader?.cancel()
})
for (const name of ['htmx:sse:error', 'htmx:response:error', 'htmx:error']) {
  document.addEventListener(name, ({ target }) => target.id === 'stream' && lose())
}
document.addEventListener('htmx:sse:close', ({ detail }) => {
  if (detail.connection !== connection) return
  connection = undefined
  if (detail.reason === 'ended') lose()
})
