/** The room the desk takes on the disk, as the System page shows it. */
import { formatBytes, formatNumber } from '../../core/format.ts'
import { FILES_STATES, type FilesState } from '../../runs/summary.ts'
import { toQuery } from './run-row.ts'
import { viewTime, type TimeView } from './time-view.ts'

export interface StorageFacts {
  at: string
  results_bytes: number
  data_bytes: number
  free_bytes: number | null
  disk_bytes: number | null
}

export interface StorageView {
  /** Null while the first measurement is under way. */
  size: {
    results: string
    data: string
    free: string | null
    /** Of 100, with `free`. */
    usedPct: number
    measured: TimeView
  } | null
  files: { word: string; meaning: string; count: string; href: string }[]
}

const FILES_WORDS: Record<FilesState['state'], { word: string; meaning: string }> = {
  whole: { word: 'as written', meaning: 'every file as the run left it' },
  packed: { word: 'packed', meaning: 'compressed; reads as before' },
  pruned: { word: 'pruned', meaning: 'summary and verdict stay' },
  gone: { word: 'folder gone', meaning: 'removed by hand; the history remembers the verdict' },
}

export function viewStorage(
  facts: StorageFacts | null,
  byFiles: Readonly<Record<FilesState['state'], number>>,
): StorageView {
  return {
    size: facts && {
      results: formatBytes(facts.results_bytes),
      data: formatBytes(facts.data_bytes),
      free: facts.free_bytes === null ? null : formatBytes(facts.free_bytes),
      usedPct:
        facts.free_bytes === null || !facts.disk_bytes
          ? 0
          : Math.round((1 - facts.free_bytes / facts.disk_bytes) * 100),
      measured: viewTime(facts.at),
    },
    files: FILES_STATES.map((state) => ({
      ...FILES_WORDS[state],
      count: formatNumber(byFiles[state], 0),
      href: `/runs${toQuery({ files: state })}`,
    })),
  }
}
