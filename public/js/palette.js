/**
 * The command palette: everything that can be gone to or done from here, found by a few letters. A combobox over a list in
 * a dialog; what it offers is gathered by `palette-sources.js`.
 */
import { findRuns, gatherCommands } from './palette-sources.js'
import { rank } from './fuzzy.js'

const ASK_AFTER_MS = 150
const SHOWN_PER_GROUP = 8
const dialog = createDialog()
const input = dialog.querySelector('input')
const list = dialog.querySelector('[role=listbox]')
const count = dialog.querySelector('[role=status]')

let commands = []
let found = []
let options = []
let active = 0
let timer
/** Counts questions, so that an answer to an older one is dropped. */
let question = 0

function createDialog() {
  const made = document.createElement('dialog')
  made.className = 'palette'
  made.setAttribute('aria-label', 'Command palette')
  made.innerHTML = `<input type="text" role="combobox" aria-label="Go to or do" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="100" placeholder="A page, a run, a ticker, an action">
<div id="palette-list" role="listbox" aria-label="Commands" tabindex="-1"></div>
<p class="palette-none" hidden>Nothing here goes by that name.</p>
<p class="visually-hidden" role="status"></p>
<p class="palette-foot"><span><kbd>↑</kbd> <kbd>↓</kbd> move</span><span><kbd>Enter</kbd> choose</span><span><kbd>Esc</kbd> close</span></p>`
  document.body.append(made)
  return made
}

export function open() {
  if (dialog.open) return dialog.close()
  input.value = ''
  commands = gatherCommands()
  found = []
  dialog.showModal()
  show()
  ask()
}

/** Runs and tickers come from the server, a moment after the typing. */
async function ask() {
  const mine = ++question
  const text = input.value.trim()
  const answer = await findRuns(text)
  if (mine !== question || !dialog.open) return
  found = answer
  show()
}

function show() {
  const text = input.value.trim()
  const groups = new Map()
  for (const command of rank([...commands, ...found], text)) {
    const group = groups.get(command.group) ?? []
    if (group.length < SHOWN_PER_GROUP) group.push(command)
    groups.set(command.group, group)
  }
  options = [...groups.values()].flat()
  active = 0
  let at = 0
  list.replaceChildren(
    ...[...groups].map(([name, group], i) => {
      const box = document.createElement('div')
      box.setAttribute('role', 'group')
      box.setAttribute('aria-labelledby', `palette-group-${i}`)
      const title = document.createElement('div')
      title.id = `palette-group-${i}`
      title.className = 'palette-group'
      title.setAttribute('role', 'presentation')
      title.textContent = name
      box.append(title, ...group.map((command) => createOption(command, at++)))
      return box
    }),
  )
  dialog.querySelector('.palette-none').hidden = options.length > 0
  count.textContent = `${options.length} ${options.length === 1 ? 'entry' : 'entries'}`
  point()
}

function createOption({ icon, tone, label, about, keys }, at) {
  const option = document.createElement('div')
  option.id = `palette-option-${at}`
  option.className = 'palette-option'
  option.setAttribute('role', 'option')
  const part = (name, text) => {
    const span = document.createElement('span')
    span.className = name
    span.textContent = text
    return span
  }
  const mark = part(`icon ${tone ? `tone-${tone}` : ''}`, icon ?? '')
  mark.setAttribute('aria-hidden', 'true')
  option.append(mark, part('palette-label', label))
  if (about) option.append(' ', part('palette-about', about))
  if (keys) {
    const hint = part('palette-keys', '')
    hint.setAttribute('aria-hidden', 'true')
    for (const key of keys.split(' '))
      hint.append(Object.assign(document.createElement('kbd'), { textContent: key }))
    option.append(hint)
  }
  option.addEventListener('pointermove', () => active !== at && ((active = at), point(false)))
  option.addEventListener('click', () => choose(at))
  return option
}

function point(isScrolled = true) {
  for (const [at, option] of [...list.querySelectorAll('[role=option]')].entries()) {
    option.setAttribute('aria-selected', String(at === active))
    if (at === active && isScrolled) option.scrollIntoView({ block: 'nearest' })
  }
  if (options.length > 0) input.setAttribute('aria-activedescendant', `palette-option-${active}`)
  else input.removeAttribute('aria-activedescendant')
}

/** The dialog gives the focus back to where it was before what was chosen happens. */
function choose(at) {
  const command = options[at]
  if (!command) return
  dialog.close()
  command.run()
}

input.addEventListener('input', () => {
  show()
  clearTimeout(timer)
  timer = setTimeout(ask, ASK_AFTER_MS)
})
dialog.addEventListener('keydown', (event) => {
  const last = options.length - 1
  const target = {
    ArrowDown: active === last ? 0 : active + 1,
    ArrowUp: active === 0 ? last : active - 1,
    PageDown: Math.min(active + 6, last),
    PageUp: Math.max(active - 6, 0),
  }[event.key]
  if (target !== undefined) active = Math.max(target, 0)
  else if (event.key === 'Enter') choose(active)
  else return
  event.preventDefault()
  point()
})
dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close())
