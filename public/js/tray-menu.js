/** The tray's list, once it was opened: Escape and a press elsewhere close it, and it says where notifications stand. */
import { showState } from './notify.js'

let isWatched = false

/** `summary` is what was pressed. */
export function open(summary) {
  const menu = summary.parentElement
  showState()
  if (isWatched) return
  isWatched = true
  const close = () => {
    if (!menu.open) return
    // What had the focus may have left the list.
    const holdsFocus = [document.body, ...menu.querySelectorAll('*')].includes(document.activeElement)
    menu.open = false
    if (holdsFocus) summary.focus()
  }
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && !document.querySelector('dialog[open]')) close()
  })
  document.addEventListener('pointerdown', ({ target }) => {
    if (menu.open && !menu.contains(target)) menu.open = false
  })
}
