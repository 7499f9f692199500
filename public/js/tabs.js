/** Tabs by keyboard: arrows, Home and End move; Enter opens, as with any link. */
function settle() {
  for (const list of document.querySelectorAll('.tabbar')) {
    const tabs = [...list.querySelectorAll('[role="tab"]')]
    const stop =
      tabs.find((tab) => tab === document.activeElement) ?? tabs.find((tab) => tab.ariaSelected === 'true')
    for (const tab of tabs) tab.tabIndex = tab === (stop ?? tabs[0]) ? 0 : -1
  }
}

document.addEventListener('keydown', (event) => {
  const tab = event.target.closest?.('[role="tab"]')
  if (!tab || event.altKey || event.ctrlKey || event.metaKey) return
  const tabs = [...tab.closest('.tabbar').querySelectorAll('[role="tab"]')]
  const at = tabs.indexOf(tab)
  const target = {
    ArrowRight: tabs[at + 1] ?? tabs[0],
    ArrowLeft: tabs.at(at - 1),
    Home: tabs[0],
    End: tabs.at(-1),
  }[event.key]
  if (!target) return
  event.preventDefault()
  target.focus()
  settle()
})
document.addEventListener('htmx:after:swap', settle)
settle()
