/**
 * A region's HTML taken apart: its parts, elements with an id of their own that change while the rest stays, and the
 * frame around them. Templates mark a part with `<!--part ID-->` and `<!--/part-->` around exactly the element with that
 * id; parts may hold parts. The marks never leave the server. Leaves to the channel what a reader has seen.
 */

export interface TakenApart {
  /** Without marks. */
  html: string
  /** The HTML with the parts left out: equal frames hold the same parts in the same places. */
  frame: string
  parts: ReadonlyMap<string, TakenApart>
}

/** What people wrote is escaped or sanitized before it gets here, so that no text can pass for a mark. */
const MARK = /<!--part ([\w-]+)-->|<!--\/part-->/g

export function takeApart(marked: string): TakenApart {
  const root = { id: '', html: '', frame: '', parts: new Map<string, TakenApart>() }
  const open = [root]
  let at = 0
  const add = (text: string) => {
    const inner = open.at(-1)!
    inner.html += text
    inner.frame += text
  }
  for (const mark of marked.matchAll(MARK)) {
    add(marked.slice(at, mark.index))
    at = mark.index + mark[0].length
    const id = mark[1]
    if (id !== undefined) open.push({ id, html: '', frame: '', parts: new Map() })
    else if (open.length > 1) {
      const { id: closedId, ...part } = open.pop()!
      const around = open.at(-1)!
      around.html += part.html
      around.frame += `<!--part ${closedId}-->`
      around.parts.set(closedId, part)
    }
  }
  add(marked.slice(at))
  return root
}

/** The smallest parts that make of the first look the second; null when more than parts differs. */
export function findChangedParts(before: TakenApart, after: TakenApart): [id: string, html: string][] | null {
  if (before.frame !== after.frame) return null
  return [...after.parts].flatMap(([id, part]) => {
    const known = before.parts.get(id)!
    if (known.html === part.html) return []
    return findChangedParts(known, part) ?? [[id, part.html]]
  })
}
