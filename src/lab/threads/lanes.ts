/**
 * Lines of waiting work that take turns: within a line first come, first served; between lines one each, round and
 * round. So a line of ten thousand holds up a line of one by a single piece of work at most.
 */

export interface Lanes<Item> {
  add(lane: string, item: Item): void
  /** Puts it in front of its line: for work that has had its turn and must be done again. */
  addFirst(lane: string, item: Item): void
  /**
   * Takes out what comes next; undefined where nothing waits. A line whose first piece may not be taken now keeps its turn.
   */
  next(mayTake?: (item: Item) => boolean): Item | undefined
  /** Takes out `item`; false where it is not waiting. */
  remove(lane: string, item: Item): boolean
}

export function createLanes<Item>(): Lanes<Item> {
  /** In the order of their turns; an empty line is dropped and begins anew at the end. */
  const lanes = new Map<string, Item[]>()

  function lineOf(lane: string): Item[] {
    const line = lanes.get(lane) ?? []
    lanes.set(lane, line)
    return line
  }

  return {
    add: (lane, item) => void lineOf(lane).push(item),
    addFirst: (lane, item) => void lineOf(lane).unshift(item),
    next(mayTake = () => true) {
      for (const [lane, line] of lanes) {
        if (!mayTake(line[0]!)) continue
        const item = line.shift()
        lanes.delete(lane)
        if (line.length > 0) lanes.set(lane, line)
        return item
      }
      return undefined
    },
    remove(lane, item) {
      const line = lanes.get(lane)
      const at = line?.indexOf(item) ?? -1
      if (!line || at < 0) return false
      line.splice(at, 1)
      if (line.length === 0) lanes.delete(lane)
      return true
    },
  }
}
