/**
 * A list of which only the rows in view exist: `count` rows of one height, made when they come into view. Rows that stay
 * are not touched, so that a selection in them lasts. Keeps to the end for a reader who is there; otherwise the line at
 * the top stays where it is. What a row is, and its content, is left to `make`.
 */
const OVERSCAN = 8

/** `seqAt(i)`: the number of row i. `make(seq)`: its element. `moved(from, to, fresh)`:
 * another part may have come into view, with these new rows. */
export function createRows(scroller, { seqAt, make, moved }) {
  const list = document.createElement('ol')
  list.className = 'log-rows'
  scroller.append(list)
  const shown = new Map()
  let count = 0
  let height = 20
  let isFollowing = true
  let anchor = { seq: 0, rest: 0 }
  let asked = 0
  let width = scroller.clientWidth

  function measure() {
    const probe = document.createElement('li')
    probe.className = 'log-line'
    probe.textContent = '\u00a0'
    list.append(probe)
    height = probe.getBoundingClientRect().height || 20
    probe.remove()
  }

  function findRow(seq) {
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >> 1
      if (seqAt(middle) < seq) low = middle + 1
      else high = middle
    }
    return low
  }

  const clamp = (row) => Math.max(0, Math.min(row, count))
  const isHeld = (row) => row.contains(document.activeElement)

  function render() {
    const { scrollTop, clientHeight } = scroller
    const from = clamp(Math.floor(scrollTop / height) - OVERSCAN)
    const to = clamp(Math.ceil((scrollTop + clientHeight) / height) + OVERSCAN)
    const kept = new Set()
    for (let i = from; i < to; i++) kept.add(seqAt(i))
    for (const [seq, row] of shown) {
      if (kept.has(seq) || isHeld(row)) continue
      row.remove()
      shown.delete(seq)
    }
    const fresh = []
    let next = list.firstChild
    for (let i = from; i < to; i++) {
      const seq = seqAt(i)
      let row = shown.get(seq)
      if (!row) {
        row = make(seq)
        shown.set(seq, row)
        fresh.push(row)
      }
      while (next && !kept.has(Number(next.dataset.seq))) next = next.nextSibling
      const top = `${i * height}px`
      if (row.style.top !== top) row.style.top = top
      row.ariaPosInSet = String(i + 1)
      row.ariaSetSize = String(count)
      if (row === next) next = next.nextSibling
      else list.insertBefore(row, next)
    }
    moved(from, to, fresh)
  }

  function note() {
    isFollowing = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < height
    const first = Math.floor(scroller.scrollTop / height)
    anchor = {
      seq: count > 0 ? seqAt(Math.min(first, count - 1)) : 0,
      rest: scroller.scrollTop - first * height,
    }
  }

  function toEnd() {
    isFollowing = true
    scroller.scrollTop = scroller.scrollHeight
    render()
  }

  scroller.addEventListener('scroll', () => {
    note()
    // A frame shows one state, however often it was scrolled in it.
    asked ||= requestAnimationFrame(() => {
      asked = 0
      render()
    })
  })
  const sizes = new window.ResizeObserver(() => {
    measure()
    // What fits into a row is another thing at another width.
    if (width !== scroller.clientWidth) forget()
    width = scroller.clientWidth
    settle(count)
  })

  /** Rows made so far are made anew: another text is marked, or what was missing has come. */
  function forget(isStale = () => true) {
    for (const [seq, row] of shown) {
      if (!isStale(seq, row)) continue
      row.remove()
      shown.delete(seq)
    }
  }

  /** There are `total` rows now; the reader stays where they are. */
  function settle(total) {
    count = total
    list.style.height = `${count * height}px`
    if (isFollowing) return toEnd()
    scroller.scrollTop = findRow(anchor.seq) * height + anchor.rest
    note()
    render()
  }

  measure()
  sizes.observe(scroller)
  return {
    settle,
    toEnd,
    render,
    get isFollowing() {
      return isFollowing
    },
    forget,
    /** Brings a line to the middle of the view. */
    show(seq) {
      isFollowing = false
      scroller.scrollTop = Math.max(0, findRow(seq) * height - scroller.clientHeight / 2)
      note()
      render()
    },
    close() {
      sizes.disconnect()
      list.remove()
    },
  }
}
