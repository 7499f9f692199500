/**
 * The log panel with script: takes over the lines that the page brings, fetches what is missing of the rest, shows only
 * the rows in view, and searches all of it. Loaded once the panel is in view or used; everything it fills is its own.
 */
import { keep, recall } from './keep.js'
import { readFilter, restoreFilter, showSources } from './log-filters.js'
import { isCut, makeRow, textOf, writeDetail } from './log-line.js'
import { createRows } from './log-rows.js'
import { createLogStore, MAX_LINES } from './log-store.js'
import { visit } from './visit.js'

const SLICE_MS = 6
const MARKUP = `<div class="log-box"><div class="log log-scroll" role="log" aria-live="off" aria-label="Log lines" tabindex="0">
<p class="sub log-none" hidden><span></span> <button type="button" class="link" data-log-clear hidden>Show all lines</button></p></div>
<button type="button" class="log-jump" hidden></button></div>
<section class="log-detail" aria-label="Line in full" hidden><div></div>
<p class="log-detail-tools"><button type="button" class="small" data-log-context>Show among all lines</button>
<button type="button" class="small" data-log-copy>Copy</button> <button type="button" class="small" data-log-close>Close</button></p></section>
<p class="visually-hidden" role="status" data-log-spoken></p>`

const number = new Intl.NumberFormat('en-US')
const countOf = (count, noun) => `${number.format(count)} ${noun}${count === 1 ? '' : 's'}`
const pause = () => globalThis.scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve))

export function openLogViewer(panel) {
  const base = panel.dataset.logPanel
  const isLive = 'live' in panel.dataset
  const find = (selector) => panel.querySelector(selector)
  const form = find('[data-log-filters]')
  const over = new AbortController()
  const on = (target, name, listener) => target.addEventListener(name, listener, { signal: over.signal })

  panel.insertAdjacentHTML('beforeend', MARKUP)
  const scroller = find('.log-scroll')
  const jump = find('.log-jump')
  const detail = find('.log-detail')
  const none = find('.log-none')

  if (!('filtered' in panel.dataset)) restoreFilter(form, recall('log', {}), base)
  let filter = readFilter(form)
  /** Numbers of the lines that are shown or, where nothing is filtered, are to be. */
  let shown = []
  let shownUpTo = 0
  let building = 0
  /** Rows made so far mark another text. */
  let isAnew = false
  /** The filter that `shown` is of, and the one whose count was read aloud last; one that was kept is not. */
  let builtFor
  let spokenFor = filter
  let unseen = 0
  let opened = null
  let epoch = null

  const store = createLogStore(base, (kind) => {
    if (kind === 'added') add()
    else if (kind !== 'state') rebuild()
    describe()
  })
  const rows = createRows(scroller, {
    seqAt: (i) => shown[i],
    make: (seq) => makeRow(seq, store.at(seq), filter.q),
    moved(from, to, fresh) {
      const cut = fresh.map((row) => isCut(row, store.at(Number(row.dataset.seq))))
      for (const [i, row] of fresh.entries()) row.classList.toggle('is-cut', cut[i])
      if (filter.isOff && to > from) store.want(shown[from], shown[to - 1])
      if (rows.isFollowing) unseen = 0
      showJump()
    },
  })

  function matches(line) {
    return (
      (filter.severities === null || filter.severities.has(line.severity)) &&
      (filter.sources.size === 0 || filter.sources.has(line.source)) &&
      (filter.q === '' ||
        line.message.toLowerCase().includes(filter.q) ||
        line.source.toLowerCase().includes(filter.q))
    )
  }

  /** New lines at the end. */
  function add() {
    const before = shown.length
    for (let seq = shownUpTo + 1; seq <= store.last; seq++) {
      const line = store.at(seq)
      if (line ? matches(line) : filter.isOff && store.isMissing(seq)) shown.push(seq)
    }
    shownUpTo = store.last
    if (shown[0] < store.first) shown = shown.filter((seq) => seq >= store.first)
    if (!rows.isFollowing) unseen += shown.length - before
    settle()
  }

  /**
   * All of it looked through again, in short turns; what is shown stays until it is done. `isTyped`: whoever types sees
   * the letter first, and what is marked is another text.
   */
  async function rebuild(isTyped = false) {
    const mine = ++building
    isAnew ||= isTyped
    if (isTyped) await pause()
    if (mine !== building || over.signal.aborted) return
    const found = []
    const { missing } = store
    let gap = 0
    let began = performance.now()
    for (let seq = store.first; seq <= store.last; seq++) {
      const line = store.at(seq)
      while (gap < missing.length && missing[gap][1] < seq) gap++
      if (line ? matches(line) : filter.isOff && missing[gap]?.[0] <= seq) found.push(seq)
      if ((seq & 511) !== 0 || performance.now() - began < SLICE_MS) continue
      await pause()
      if (mine !== building || over.signal.aborted) return
      began = performance.now()
    }
    shown = found
    builtFor = filter
    shownUpTo = store.last
    rows.forget(isAnew ? undefined : (seq, row) => row.classList.contains('is-awaited'))
    isAnew = false
    settle()
  }

  function settle() {
    rows.settle(shown.length)
    showSources(form, store.sources)
    describe()
  }

  function describe() {
    none.hidden = shown.length > 0 || (!filter.isOff && store.isReading)
    none.firstElementChild.textContent = store.last === 0 ? 'Nothing logged yet.' : 'No line matches.'
    none.lastElementChild.hidden = filter.isOff
    const total = countOf(store.last, 'line')
    const isWhole = store.missing.length === 0
    const found = `${countOf(shown.length, 'line')} of ${number.format(store.last)} ${shown.length === 1 ? 'matches' : 'match'}`
    const parts = [
      filter.isOff ? (store.last > 0 ? total : '') : isWhole ? found : `${found} so far, reading …`,
    ]
    if (store.last > MAX_LINES)
      parts.push(`the newest ${number.format(MAX_LINES)} are here, the download has all`)
    if (!isLive) parts.push('not live')
    if (store.failure) parts.push(`could not be read: ${store.failure}`)
    find('[data-log-said]').textContent = parts.filter(Boolean).join(' · ')
    // What is counted while a filter is still being looked for is of the one before.
    if (!filter.isOff && isWhole && spokenFor !== filter && builtFor === filter) {
      spokenFor = filter
      find('[data-log-spoken]').textContent = found
    }
  }

  function showJump() {
    jump.hidden = rows.isFollowing
    jump.textContent = unseen > 0 ? `↓ ${countOf(unseen, 'new line')}` : '↓ To the end'
  }

  function onFilter() {
    filter = readFilter(form)
    keep('log', { severity: filter.severity, sources: [...filter.sources], q: filter.text, run: base })
    find('[data-log-download]').href = `${base}/logs/download${filter.query}`
    find('[data-log-chosen]').textContent = filter.sources.size > 0 ? `: ${filter.sources.size}` : ''
    store.wantAll(!filter.isOff)
    return rebuild(true)
  }

  function clearFilter() {
    form.elements.log.value = 'TRACE'
    form.elements.log_q.value = ''
    for (const box of form.querySelectorAll('[name=log_source]')) box.checked = false
    return onFilter()
  }

  function openDetail(seq) {
    const line = store.at(seq)
    if (!line) return
    opened = seq
    writeDetail(detail.firstChild, line, filter.q)
    find('[data-log-context]').hidden = filter.isOff
    find('[data-log-copy]').hidden = !navigator.clipboard
    detail.hidden = false
  }

  function closeDetail() {
    detail.hidden = true
    const row = scroller.querySelector(`[data-seq="${opened}"].is-cut .log-more`)
    ;(row ?? scroller).focus({ preventScroll: true })
  }

  /** Lines that came with the page or the stream go over into the store; the page does not keep them. */
  function takeOver() {
    // Another run's panel may stand there by now; its lines are not for here.
    const region = panel.isConnected ? panel.nextElementSibling : null
    const list = region?.querySelector('#run-log-lines')
    if (!list) return
    const present = region.querySelector('[data-epoch]').dataset.epoch
    const lines = [...list.children].map((row) => ({
      seq: Number(row.id.slice('log-'.length)),
      iso: row.querySelector('time').dateTime,
      severity: row.querySelector('.log-sev').textContent,
      source: row.querySelector('.log-src').textContent,
      message: row.querySelector('.log-msg').textContent,
    }))
    list.replaceChildren()
    if (epoch !== null && present !== epoch) store.reset()
    epoch = present
    store.take(lines)
  }

  const arrivals = new MutationObserver(takeOver)
  function watchRegion() {
    if (!panel.isConnected) return close()
    const region = document.getElementById('run-log')
    if (region) arrivals.observe(region, { childList: true, subtree: true })
    takeOver()
  }

  function close() {
    over.abort()
    arrivals.disconnect()
    store.close()
    rows.close()
  }

  on(form, 'input', onFilter)
  on(form, 'submit', (event) => event.preventDefault())
  on(find('.log-sources'), 'keydown', (event) => {
    if (event.key !== 'Escape') return
    event.currentTarget.open = false
    event.currentTarget.firstElementChild.focus()
  })
  on(document, 'pointerdown', ({ target }) => {
    if (!target.closest('.log-sources')) find('.log-sources').open = false
  })
  on(jump, 'click', () => {
    rows.toEnd()
    scroller.focus({ preventScroll: true })
  })
  on(find('[data-log-reload]'), 'click', () => {
    store.reset()
    return store.refresh()
  })
  on(find('[data-log-clear]'), 'click', clearFilter)
  on(find('[data-log-close]'), 'click', closeDetail)
  on(find('[data-log-copy]'), 'click', () => navigator.clipboard.writeText(textOf(store.at(opened))))
  on(find('[data-log-context]'), 'click', async () => {
    await clearFilter()
    rows.show(opened)
    scroller.focus({ preventScroll: true })
  })
  on(detail, 'keydown', (event) => event.key === 'Escape' && closeDetail())
  on(scroller, 'click', ({ target }) => {
    const row = target.closest('.log-line')
    if (row?.classList.contains('is-cut') && window.getSelection().isCollapsed)
      openDetail(Number(row.dataset.seq))
  })
  on(scroller, 'copy', (event) => {
    const chosen = [...scroller.querySelectorAll('[data-seq]')]
      .filter((row) => window.getSelection().containsNode(row, true))
      .map((row) => store.at(Number(row.dataset.seq)))
    // Within one line it is taken as it was marked.
    if (chosen.length < 2) return
    event.clipboardData.setData('text/plain', chosen.filter(Boolean).map(textOf).join('\n'))
    event.preventDefault()
  })
  on(document, 'htmx:after:swap', watchRegion)
  if (isLive) on(document, 'htmx:sse:after:connection', () => store.refresh())

  // What the address asked for is in the form; the page itself goes on with all lines.
  if ('filtered' in panel.dataset) {
    document.querySelector('#run-log-lines')?.replaceChildren()
    const url = new URL(location.href)
    for (const name of ['log', 'log_source', 'log_q', 'log_before', 'log_after'])
      url.searchParams.delete(name)
    visit(url.href, { history: 'replace' })
  }
  panel.dataset.open = ''
  find('[data-log-reload]').hidden = false
  watchRegion()
  onFilter()
}
