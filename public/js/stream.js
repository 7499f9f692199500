/**
 * The page's live stream, watched: while it is away, the page says since when and asks every 5 s. A first connection
 * that failed, which the stream does not mend by itself, is made anew from where the page stands.
 */
const POLL_MS = 5000
/** A stream that is back within this time was never missed. */
const PATIENCE_MS = 2000

let connection
let cursor = streamElement()?.dataset.cursor
let lostAt = 0
let timer

function streamElement() {
  return document.getElementById('stream')
}

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

function say(text) {
  const notice = document.getElementById('stale')
  notice.hidden = text === ''
  notice.textContent = text
}

function lose() {
  if (lostAt !== 0) return
  lostAt = Date.now()
  timer = setTimeout(pollOn, PATIENCE_MS)
}

function regain() {
  lostAt = 0
  clearTimeout(timer)
  say('')
}

async function pollOn() {
  const since = new Date(lostAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  const answered = await poll()
  if (lostAt === 0) return
  say(
    answered
      ? `Live updates lost since ${since}, polling every 5 s`
      : `No answer since ${since}, trying every 5 s`,
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
  timer = setTimeout(pollOn, POLL_MS)
}

/** Brings the page up to date once, without the stream. */
export async function poll() {
  if (lostAt === 0 && connection) return true
  const stream = streamElement()
  try {
    const from = connection?.lastEventId || cursor
    const response = await fetch(`${stream.dataset.fragment}&after=${encodeURIComponent(from)}`)
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

document.addEventListener('htmx:sse:before:connection', ({ detail }) => {
  connection = detail.connection
  if (connection.attempt > 0) lose()
})
document.addEventListener('htmx:sse:after:connection', regain)
for (const name of ['htmx:sse:error', 'htmx:response:error', 'htmx:error']) {
  document.addEventListener(name, ({ target }) => target.id === 'stream' && lose())
}
document.addEventListener('htmx:sse:close', ({ detail }) => {
  if (detail.connection !== connection) return
  connection = undefined
  if (detail.reason === 'ended') lose()
})
