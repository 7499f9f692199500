/**
 * Results as they come in: a toast in a tab that is looked at, a count in the title of one that is not; shown in one
 * tab, not again in another. One tab keeps a small stream for those in the background, which have none.
 */
import { keep, onKeptElsewhere, recall } from './keep.js'

const SEEN_KEPT = 60
const TOAST_MS = 8_000
const RETRY_MS = 5000
/** Results that come within this time are announced together. */
const ANNOUNCE_MS = 400
let title = document.title
let said = []

const results = () => [...document.querySelectorAll('[data-results] [data-run]')]

export function setTitle(text) {
  title = text
  notice()
}

/** `href` gives the toast its link; without it the text stands alone. */
export function showToast({ text, href, failed = false }) {
  const toast = document.getElementById('toast').content.firstElementChild.cloneNode(true)
  const [words, link, close] = toast.children
  words.textContent = text
  if (href) link.href = href
  else link.remove()
  toast.classList.toggle('toast-failed', failed)
  close.onclick = () => toast.remove()
  document.getElementById('toasts').append(toast)
  announce(text)
  let timer
  const leaveLater = () => {
    clearTimeout(timer)
    timer = setTimeout(() => toast.remove(), TOAST_MS)
  }
  for (const held of ['pointerenter', 'focusin']) toast.addEventListener(held, () => clearTimeout(timer))
  for (const free of ['pointerleave', 'focusout']) toast.addEventListener(free, leaveLater)
  leaveLater()
}

/** Read aloud once: what is said in one go is joined, or only the last of it would be heard. */
function announce(text) {
  if (said.push(text) > 1) return
  setTimeout(() => {
    document.getElementById('announce').textContent = said.join('; ')
    said = []
  }, ANNOUNCE_MS)
}

function notice() {
  const seen = recall('seen', null)
  const present = results()
  const ids = present.map((result) => result.dataset.run)
  // The first visit ever: what ended before it is no news.
  const fresh = seen === null ? [] : present.filter((result) => !seen.includes(result.dataset.run))
  if (document.hidden && seen !== null) {
    document.title = fresh.length > 0 ? `(${fresh.length}) ${title}` : title
    return
  }
  document.title = title
  if (seen !== null && fresh.length === 0) return
  keep('seen', [...new Set([...(seen ?? []), ...ids])].slice(-SEEN_KEPT))
  for (const { textContent, dataset } of fresh) {
    // Whoever looks at the run itself sees its result.
    if (document.querySelector('[data-shown-run]')?.dataset.shownRun === dataset.run) announce(textContent)
    else showToast({ text: textContent, href: dataset.href, failed: 'failed' in dataset })
  }
}

function apply(text) {
  if (document.hidden) htmx.swap({ text, target: document.body, swap: 'none', sourceElement: document.body })
}

function lead(channel) {
  const source = new EventSource('/stream?page=tray')
  source.onmessage = ({ data }) => {
    apply(data)
    channel.postMessage(data)
  }
  // A browser gives up for good when the answer is an error.
  source.onerror = () => source.readyState === EventSource.CLOSED && setTimeout(lead, RETRY_MS, channel)
}

document.addEventListener('htmx:after:swap', notice)
document.addEventListener('visibilitychange', notice)
onKeptElsewhere(notice)
notice()

if (navigator.locks) {
  const channel = new BroadcastChannel('rundesk-tray')
  channel.onmessage = ({ data }) => apply(data)
  navigator.locks.request('rundesk-tray', () => {
    lead(channel)
    return new Promise(() => {})
  })
}
