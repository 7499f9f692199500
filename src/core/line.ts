/** A waiting line: joined at the end, left from anywhere, both in constant time however long it is. */

export interface Line<T> {
  /** Who has been in it longest; null where it is empty. */
  first(): T | null
  /** Joins at the end; the answer leaves again, and does nothing the second time. */
  join(item: T): () => void
}

interface Place<T> {
  item: T
  before: Place<T> | null
  after: Place<T> | null
}

export function createLine<T>(): Line<T> {
  let head: Place<T> | null = null
  let tail: Place<T> | null = null
  return {
    first: () => head?.item ?? null,
    join(item) {
      const place: Place<T> = { item, before: tail, after: null }
      if (tail) tail.after = place
      else head = place
      tail = place
      let isIn = true
      return () => {
        if (!isIn) return
        isIn = false
        if (place.before) place.before.after = place.after
        else head = place.after
        if (place.after) place.after.before = place.before
        else tail = place.before
      }
    },
  }
}
