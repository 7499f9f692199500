/** What stands in the directories of a desk, seen from outside: changes nothing, so it may look while a server works. */
import { join, resolve } from 'node:path'
import { createIndexShards } from './index-shards.ts'
import { connectOwner } from './owner-socket.ts'
import { createRunDirectories } from './run-directories.ts'
import { findInUse, INDEX_FOLDER } from './run-index.ts'

export interface StoreFacts {
  /** Runs with a folder below the results directory. */
  storedRuns: number
  indexedRuns: number
  /** Why the index cannot be trusted, a sentence each. */
  indexProblems: string[]
}

export async function inspectStore(config: { dataDir: string; resultsDir: string }): Promise<StoreFacts> {
  let storedRuns = 0
  for await (const _folder of createRunDirectories(config.resultsDir).list()) storedRuns += 1

  const folder = join(resolve(config.dataDir), INDEX_FOLDER)
  const shards = createIndexShards(folder)
  const problems = await shards.load()
  const indexed = new Set([...shards.all.values()].flatMap((shard) => [...shard.rows.keys()]))
  // A desk that was never used has neither runs nor an index, which is as it should be.
  if (storedRuns === 0 && indexed.size === 0) return { storedRuns, indexedRuns: 0, indexProblems: [] }

  const owner = await connectOwner(config.dataDir)
  await owner?.close()
  const unclean = owner === null ? await findInUse(folder) : null
  return { storedRuns, indexedRuns: indexed.size, indexProblems: unclean ? [unclean, ...problems] : problems }
}
