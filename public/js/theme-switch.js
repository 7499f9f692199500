/** Goes on to the next theme: the system's, light, dark. Which one holds is said by the style sheet. */
import { keep } from './keep.js'
import { announce } from './toast.js'

export const THEMES = ['system', 'light', 'dark']

export function setTheme(theme) {
  const root = document.documentElement
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
  keep('theme', theme === 'system' ? undefined : theme)
  announce(`Theme: ${theme}`)
}

export function open() {
  const present = document.documentElement.dataset.theme ?? 'system'
  setTheme(THEMES[(THEMES.indexOf(present) + 1) % THEMES.length])
}
