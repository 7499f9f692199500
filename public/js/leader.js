/**
 * The tray of tabs in the background. One of them leads: it keeps the small stream and passes on what it is told. When it
 * is looked at or closed the next one leads, from the whole of the tray, so that nothing is missed in between.
 */
import { onForgotten, recall } from './keep.js'

const RETRY_MS = 5_000
const channel = new BroadcastChannel('rundesk-tray')
/** Set while this tab waits to lead or does. */
let waiting
let source

/** A tab that has just gone to the background may have missed a piece: it asks for the whole. */
const WHOLE = 'whole'

function apply(text) {
  if (document.hidden) htmx.swap({ text, target: document.body, swap: 'none', sourceElement: document.body })
}

channel.onmessage = ({ data }) => {
  if (data !== WHOLE) return apply(data)
  if (source) channel.postMessage(wholeTray())
}

function wholeTray() {
  return `<hx-partial hx-target="#tray" hx-swap="innerMorph">${document.getElementById('tray').innerHTML}</hx-partial>`
}

function lead() {
  source = new EventSource('/stream?page=tray')
  source.onmessage = async ({ data }) => {
    await apply(data)
    channel.postMessage(data)
    if (recall('notify', false)) (await import('./notify.js')).notifyUnseen()
  }
  // A browser gives up for good when the answer is an error.
  source.onerror = ({ target }) => {
    if (target.readyState === EventSource.CLOSED && target === source) setTimeout(retry, RETRY_MS, target)
  }
}

function retry(failed) {
  if (failed === source) lead()
}

function stop() {
  waiting?.abort()
  waiting = undefined
  source?.close()
  source = undefined
}

/** To be called when the page is hidden. */
export function wait() {
  if (waiting || !document.hidden) return
  const { signal } = (waiting = new AbortController())
  const untilShown = (end) => (signal.aborted ? end() : signal.addEventListener('abort', end))
  const began = () => {
    if (!signal.aborted) lead()
    return new Promise(untilShown)
  }
  navigator.locks.request('rundesk-tray', { signal }, began).catch(() => undefined)
  channel.postMessage(WHOLE)
}

document.addEventListener('visibilitychange', () => document.hidden || stop())
onForgotten(stop)
