/**
 * The tree by keyboard, its branches folded and unfolded; these and the selected node are remembered. A node in the
 * address wins over a remembered one.
 */
import { keep, recall } from './keep.js'

const RUNS_REMEMBERED = 30
const items = (tree) =>
  [...tree.querySelectorAll('[role="treeitem"]')].filter((item) => item.checkVisibility())

function fold(item, open) {
  item.setAttribute('aria-expanded', String(open))
  keep('branches', { ...recall('branches', {}), [item.dataset.node]: open })
  settle()
}

/** Branches as the reader left them, and one item of the tree in the tab order. */
function settle() {
  const branches = recall('branches', {})
  for (const tree of document.querySelectorAll('[role="tree"]')) {
    for (const item of tree.querySelectorAll('[aria-expanded]')) {
      if (item.dataset.node in branches)
        item.setAttribute('aria-expanded', String(branches[item.dataset.node]))
    }
    const visible = items(tree)
    const stop =
      visible.find((item) => item === document.activeElement) ??
      visible.find((item) => item.ariaSelected === 'true') ??
      visible[0]
    for (const item of tree.querySelectorAll('[role="treeitem"]')) item.tabIndex = item === stop ? 0 : -1
  }
}

function onKey(event) {
  const item = event.target.closest?.('[role="treeitem"]')
  if (!item || event.altKey || event.ctrlKey || event.metaKey) return
  const visible = items(item.closest('[role="tree"]'))
  const at = visible.indexOf(item)
  const open = item.getAttribute('aria-expanded')
  const parent = item.parentElement.parentElement.closest('li')?.querySelector('[role="treeitem"]')
  const moves = {
    ArrowDown: () => visible[at + 1],
    ArrowUp: () => visible[at - 1],
    Home: () => visible[0],
    End: () => visible.at(-1),
    ArrowRight: () => (open === 'false' ? fold(item, true) : open === 'true' ? visible[at + 1] : undefined),
    ArrowLeft: () => (open === 'true' ? fold(item, false) : parent),
  }
  if (!(event.key in moves)) return
  event.preventDefault()
  moves[event.key]()?.focus()
  settle()
}

function onClick(event) {
  const item = event.target.closest('[role="treeitem"]')
  if (event.target.closest('.twisty') && item?.hasAttribute('aria-expanded')) {
    event.preventDefault()
    event.stopPropagation()
    fold(item, item.getAttribute('aria-expanded') !== 'true')
    return
  }
  const chosen = event.target.closest('a[data-node]')?.dataset.node
  if (chosen === undefined && !event.target.closest('[data-forget-node]')) return
  const nodes = Object.entries(recall('nodes', {})).filter(([run]) => run !== shownRun())
  if (chosen !== undefined) nodes.push([shownRun(), chosen])
  keep('nodes', Object.fromEntries(nodes.slice(-RUNS_REMEMBERED)))
}

const shownRun = () => document.querySelector('[data-shown-run]')?.dataset.shownRun

function restoreNode() {
  const node = recall('nodes', {})[shownRun()]
  if (!node || new URLSearchParams(location.search).has('node')) return
  const item = document.querySelector(`[role="treeitem"][data-node="${CSS.escape(node)}"]`)
  if (item && item.ariaSelected !== 'true')
    import('./visit.js').then(({ visit }) => visit(item.href, { history: 'replace' }))
}

document.addEventListener('keydown', onKey)
document.addEventListener('click', onClick, true)
document.addEventListener('htmx:after:swap', settle)
settle()
restoreNode()
