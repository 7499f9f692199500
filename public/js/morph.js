/**
 * What an update must leave as the reader has it: open details, folded branches, where the keyboard stands, times
 * already shown in local time, and what a script has filled (`data-own`).
 */
import { recall } from './keep.js'

const ROVING = '[role="treeitem"], [role="tab"]'

const extension = {
  htmx_before_morph_attr(element, { attrName }) {
    return !(
      (attrName === 'open' && element.tagName === 'DETAILS') ||
      (attrName === 'tabindex' && element.matches(ROVING)) ||
      (attrName === 'aria-expanded' && element.dataset.node in recall('branches', {}))
    )
  },
  htmx_before_morph_node(element, { oldNode, newNode }) {
    if (oldNode.localName === 'time') return !(newNode.dateTime === oldNode.dateTime && oldNode.dataset.local)
    return !oldNode.hasAttribute?.('data-own')
  },
}

// This runs before htmx does, so that no event of it is missed.
document.addEventListener('DOMContentLoaded', () => htmx.registerExtension('desk', extension))
