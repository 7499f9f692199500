/**
 * Reads the text of the `report` field out of a JSON object while it is being written: each piece is handed on once, as
 * soon as it cannot change any more. Reads every character once; what is not JSON yields nothing and breaks nothing.
 */

export interface ReportReader {
  feed(piece: string): void
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
}

export function createReportReader(write: (piece: string) => void, field = 'report'): ReportReader {
  let depth = 0
  let inText = false
  /** At the top level: whether the next text is a name, and the name whose value comes next. */
  let isNameNext = false
  let name: string | null = null
  let text = ''
  /** What follows a backslash, while it is not complete: nothing yet, or the `u00` of `\u00e9`. */
  let escape: string | null = null
  /** The first half of a character outside the basic plane, which is of no use alone. */
  let half = ''
  let isDone = false

  const isReport = () => depth === 1 && !isNameNext && name === field

  function add(characters: string): void {
    const whole = half + characters
    const last = whole.charCodeAt(whole.length - 1)
    const isHalf = last >= 0xd800 && last <= 0xdbff
    half = isHalf ? whole.slice(-1) : ''
    text += isHalf ? whole.slice(0, -1) : whole
  }

  function readEscape(character: string): void {
    escape += character
    if (escape![0] === 'u') {
      if (escape!.length < 5) return
      const code = Number.parseInt(escape!.slice(1), 16)
      add(String.fromCharCode(Number.isNaN(code) ? 0xfffd : code))
    } else {
      add(ESCAPES[escape!] ?? '')
    }
    escape = null
  }

  function endText(): void {
    inText = false
    if (depth !== 1) return
    if (isNameNext) name = text
    else if (name === field) {
      flush()
      isDone = true
    }
  }

  function readStructure(character: string): void {
    switch (character) {
      case '"':
        inText = true
        text = ''
        half = ''
        break
      case '{':
      case '[':
        depth++
        if (depth === 1) isNameNext = character === '{'
        break
      case '}':
      case ']':
        depth--
        break
      case ':':
        if (depth === 1) isNameNext = false
        break
      case ',':
        if (depth === 1) isNameNext = true
        break
    }
  }

  function flush(): void {
    if (text === '') return
    write(text)
    text = ''
  }

  return {
    feed(piece) {
      for (const character of piece.split('')) {
        if (isDone) return
        if (!inText) readStructure(character)
        else if (escape !== null) readEscape(character)
        else if (character === '\\') escape = ''
        else if (character === '"') endText()
        else add(character)
      }
      if (inText && !isDone && isReport()) flush()
    },
  }
}
