/** Figures that become more, in memory that threads share: whoever has a part of them keeps it while others are added. */

export interface GrowingColumn {
  add(values: Float64Array): void
  /** The first `length` of them. */
  view(length: number): Float64Array
  /** Held, the room for more included. */
  readonly bytes: number
}

const ROOM_AT_FIRST = 1_024

export function createGrowingColumn(): GrowingColumn {
  let figures = allocate(ROOM_AT_FIRST)
  let length = 0
  return {
    add(values) {
      if (length + values.length > figures.length) {
        const more = allocate(Math.max(2 * figures.length, length + values.length))
        more.set(figures.subarray(0, length))
        figures = more
      }
      figures.set(values, length)
      length += values.length
    },
    view: (end) => figures.subarray(0, end),
    get bytes() {
      return figures.byteLength
    },
  }
}

function allocate(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT))
}
