/** The thread in which files of one's own are looked at for the catalog: one after the other, each answered for apart. */
import { parentPort, workerData } from 'node:worker_threads'
import type { StrategyFacts } from '../strategy-catalog.ts'
import { importStrategy } from './import-strategy.ts'
import { blameFile } from './strategy-fault.ts'

export interface FileToRead {
  /** Absolute. */
  file: string
  hash: string
}

export type FileOutcome = { strategy: StrategyFacts } | { problem: { line: number | null; message: string } }

/** `begun` before the file is touched, so that a file that never ends is known for it. */
export type ReaderNews = { begun: number } | { ended: number; outcome: FileOutcome }

async function readOne({ file, hash }: FileToRead): Promise<FileOutcome> {
  try {
    const { name, title, about, source, parameters, constraint, tickers, form } = await importStrategy(
      file,
      hash,
    )
    return { strategy: { name, title, about, source, parameters, constraint, tickers, form } }
  } catch (error) {
    const { line, reason } = blameFile(error, file)
    return { problem: { line, message: reason } }
  }
}

for (const [index, file] of (workerData as FileToRead[]).entries()) {
  parentPort?.postMessage({ begun: index } satisfies ReaderNews)
  const outcome = await readOne(file)
  parentPort?.postMessage({ ended: index, outcome } satisfies ReaderNews)
}
