/**
 * Where a command writes: a stream with what matters of it. Colour only where the stream is a terminal that has it
 * (`NO_COLOR` is honoured by the stream's own `hasColors`).
 */
import type { WriteStream } from 'node:tty'

export interface Output {
  write(text: string): void
  /** What is no text, and no faster than it is taken. */
  writeBytes(bytes: Uint8Array): Promise<void>
  readonly isTerminal: boolean
  readonly hasColors: boolean
  /** Of the terminal, as it is now; 80 × 24 where there is none or it does not say. */
  readonly columns: number
  readonly rows: number
}

/** A standard stream of the process: a terminal, a pipe or a file. */
export function createOutput(stream: NodeJS.WritableStream & Partial<WriteStream>): Output {
  const isTerminal = stream.isTTY === true
  return {
    write: (text) => void stream.write(text),
    writeBytes: (bytes) =>
      new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve()))),
    isTerminal,
    hasColors: isTerminal && stream.hasColors?.() === true,
    get columns() {
      return stream.columns || 80
    },
    get rows() {
      return stream.rows || 24
    },
  }
}

const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const
export type Style = keyof typeof STYLES

export function paint(output: Output, style: Style, text: string): string {
  if (!output.hasColors) return text
  const [on, off] = STYLES[style]
  return `\u001b[${on}m${text}\u001b[${off}m`
}

/** Text that came from elsewhere, made harmless to a terminal: no control character but the line feed remains. */
export function cleanText(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replaceAll('\t', '  ').replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '')
}

/** As `cleanText`, in one line. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s*\n\s*/g, ' ')
}
