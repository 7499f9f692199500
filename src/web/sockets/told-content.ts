/**
 * What the nodes of a run have written, as its watchers have been told of it, and what to tell them for a text to become
 * another: what was appended where it begins as it did, else all of it. Knows how many bytes it takes as JSON.
 */
import type { RunState } from '../../runs/state.ts'
import { appendedJsonBytes, jsonBytes } from './json-size.ts'

export interface ContentPatch {
  node_id: string
  op: 'append' | 'replace'
  text: string
}

export interface ToldContent {
  /** The next node that has other text than was told, the one told of longest ago first; null where none has. */
  advance(state: RunState): ContentPatch | null
  isBehind(state: RunState): boolean
  texts(): Record<string, string>
  /** Bytes of `JSON.stringify(texts())`. */
  readonly bytes: number
}

interface Told {
  text: string
  bytes: number
  /** When it was last told of, by count. */
  turn: number
}

const BRACES = 2
const COLON = 1

export function createToldContent(state: RunState): ToldContent {
  const told = new Map<string, Told>()
  let bytes = 0
  let turn = 0

  for (const [id, { text }] of Object.entries(state.content)) tell(id, text, jsonBytes(text))

  function tell(id: string, text: string, textBytes: number): void {
    const before = told.get(id)
    bytes += before ? textBytes - before.bytes : jsonBytes(id) + COLON + textBytes
    told.set(id, { text, bytes: textBytes, turn: ++turn })
  }

  function findBehind({ content }: RunState): string | null {
    let found: string | null = null
    let longest = Infinity
    for (const id of Object.keys(content)) {
      const known = told.get(id)
      if (known?.text === content[id]!.text || (known?.turn ?? 0) >= longest) continue
      found = id
      longest = known?.turn ?? 0
    }
    return found
  }

  return {
    isBehind: (now) => findBehind(now) !== null,
    advance(now) {
      const id = findBehind(now)
      if (id === null) return null
      const { text } = now.content[id]!
      const known = told.get(id)
      if (text !== '' && text.startsWith(known?.text ?? '')) {
        const added = text.slice(known?.text.length ?? 0)
        tell(id, text, known ? appendedJsonBytes(known.bytes, known.text, added) : jsonBytes(text))
        return { node_id: id, op: 'append', text: added }
      }
      tell(id, text, jsonBytes(text))
      return { node_id: id, op: 'replace', text }
    },
    texts: () => Object.fromEntries([...told].map(([id, { text }]) => [id, text])),
    get bytes() {
      return BRACES + bytes + Math.max(0, told.size - 1)
    },
  }
}
