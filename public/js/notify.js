/**
 * Desktop notifications: asked for by a press alone, one for each result, and only while no tab of the desk is looked
 * at. The tab that leads those in the background sends them.
 */
import { keep, recall } from './keep.js'
import { announce } from './toast.js'
import { findUnseen } from './tray.js'

const TOLD_KEPT = 60
let isRefused = false

/** `on`, `off`, or why there can be none: `blocked` by the reader or the browser, `missing` where it has none. */
function stateOf() {
  if (!('Notification' in window) || !window.isSecureContext || !navigator.locks || isRefused)
    return 'missing'
  if (Notification.permission === 'denied') return 'blocked'
  return Notification.permission === 'granted' && recall('notify', false) ? 'on' : 'off'
}

const SAYS = {
  on: ['Notifications are on', 'Turn off', 'When a run ends and no tab of the desk is in view.'],
  off: ['Notifications are off', 'Notify me', 'Tells you when a run ends and no tab of the desk is in view.'],
  blocked: ['Notifications are blocked', '', 'The browser’s settings for this site decide that.'],
  missing: ['No notifications', '', 'This browser offers none to this address; it takes HTTPS or 127.0.0.1.'],
}

export function showState() {
  const place = document.getElementById('notify')
  if (!place) return
  const [state, offer, about] = SAYS[stateOf()]
  const [words, button] = place.children
  words.firstElementChild.textContent = state
  words.lastElementChild.textContent = about
  button.textContent = offer
  button.hidden = offer === ''
}

/** Turns them on or off; the browser asks the reader first. */
export async function open() {
  if (stateOf() === 'on') keep('notify', false)
  else if (stateOf() === 'off' && (await Notification.requestPermission()) === 'granted') keep('notify', true)
  showState()
  announce(SAYS[stateOf()][0])
}

/** For the palette. */
export function describeOffer() {
  return { on: 'Turn notifications off', off: 'Notify me when a run ends' }[stateOf()]
}

export async function notifyUnseen() {
  if (stateOf() !== 'on') return
  const { held } = await navigator.locks.query()
  if (held.some(({ name }) => name === 'rundesk-looked-at')) return
  const told = recall('told', [])
  const news = findUnseen().filter(({ dataset }) => !told.includes(dataset.run))
  if (news.length === 0) return
  keep('told', [...told, ...news.map(({ dataset }) => dataset.run)].slice(-TOLD_KEPT))
  for (const { textContent, dataset } of news) send(textContent, dataset)
}

function send(text, { run, href }) {
  try {
    const note = new Notification(text, { body: 'View result', tag: run })
    note.onclick = () => {
      window.focus()
      note.close()
      if (document.querySelector('[data-shown-run]')?.dataset.shownRun !== run) location.assign(href)
    }
  } catch {
    // Some browsers of phones have the name of it and no more.
    isRefused = true
  }
}
