/** Who is being looked at, on a page, by a stream or a socket: such a run keeps its files until nobody looks any more. */
export interface WatchedRuns {
  /** Returns the way to stop looking; calling it twice is fine. */
  watch(runId: string): () => void
  ids(): Iterable<string>
}

export function createWatchedRuns(): WatchedRuns {
  const watchers = new Map<string, number>()
  return {
    watch(runId) {
      watchers.set(runId, (watchers.get(runId) ?? 0) + 1)
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        const left = watchers.get(runId)! - 1
        if (left === 0) watchers.delete(runId)
        else watchers.set(runId, left)
      }
    },
    ids: () => watchers.keys(),
  }
}
