/** What outlives a reload: one versioned entry of localStorage, a field per subject. Without storage nothing is kept. */
const KEY = 'rundesk.v1'
const forgotten = []
let isOver = false

function readAll() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {}
  } catch {
    return {}
  }
}

export function recall(field, fallback) {
  return readAll()[field] ?? fallback
}

export function keep(field, value) {
  try {
    if (!isOver) localStorage.setItem(KEY, JSON.stringify({ ...readAll(), [field]: value }))
  } catch {
    // Full or forbidden: the page works without.
  }
}

function end() {
  isOver = true
  for (const listener of forgotten) listener()
}

/** For signing out: nothing is kept from here on, in no tab. */
export function forgetAll() {
  end()
  localStorage.removeItem(KEY)
}

/** Calls back when this tab or another signs out: from then on nothing is to be shown or asked for. */
export function onForgotten(listener) {
  forgotten.push(listener)
}

/** Calls back when another tab has changed what is kept. */
export function onKeptElsewhere(listener) {
  window.addEventListener('storage', ({ key, newValue }) => {
    if (key !== KEY) return
    if (newValue === null) end()
    else listener()
  })
}
