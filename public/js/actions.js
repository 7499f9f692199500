/**
 * Buttons that do something to a run: asked first where it cannot be undone, sent without leaving the page. The stream
 * brings what changed, or the answer says where to go; a refusal is said in the form, or in a toast.
 */
import { forgetAll } from './keep.js'
import { poll } from './stream.js'
import { sayUnanswered, showToast } from './toast.js'

/** What was refused is said in its form where the answer brings that, else in a toast. */
async function refuse(text) {
  if (text.startsWith('<hx-partial'))
    return htmx.swap({ text, target: document.body, swap: 'none', sourceElement: document.body })
  const answer = new DOMParser().parseFromString(text, 'text/html')
  showToast({ text: answer.body.textContent.trim(), failed: true })
}

async function send(form) {
  const button = form.querySelector('button')
  button.disabled = true
  try {
    const body = new URLSearchParams(new FormData(form))
    const response = await fetch(form.action, { method: 'POST', headers: { 'HX-Request': 'true' }, body })
    const next = response.headers.get('HX-Redirect')
    if (next) return location.assign(next)
    if (!response.ok) await refuse(await response.text())
    await poll()
  } catch {
    sayUnanswered()
  } finally {
    button.disabled = false
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.matches('[data-sign-out]')) forgetAll()
  if (!form.matches('[data-quiet]')) return
  event.preventDefault()
  const { confirm } = form.dataset
  if (!confirm || window.confirm(confirm)) send(form)
})
