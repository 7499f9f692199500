/** The log of a run as a text file: a header that says what it is, then a line for each entry, bytes as they are needed. */
import type { LogFilter } from '../runs/log-filter.ts'
import { formatLogLine } from '../runs/log-line.ts'
import type { LogEntry } from '../runs/state.ts'
import type { Summary } from '../runs/summary.ts'

/** Lines that begin with `#`, then an empty one. */
export function describeLog(run: Summary, { severities, sources, q }: LogFilter): string {
  const only = [
    severities && `severity ${severities.join(', ')}`,
    sources && `source ${sources.join(', ')}`,
    q !== null && `text ${JSON.stringify(q)}`,
  ].filter(Boolean)
  const lines = [
    `Log of ${run.run_id}`,
    `${run.kind} of ${run.ticker}${run.as_of ? ` as of ${run.as_of}` : ''}, ${run.status}; created ${run.created_at}`,
    `Times are UTC. ${only.length > 0 ? `Only: ${only.join('; ')}` : 'Every line'}`,
  ]
  return `${lines.map((line) => `# ${line}`).join('\n')}\n\n`
}

/** Asks for the first entries before it answers, so that a log that cannot be read is an error and not an empty file. */
export async function streamText(
  header: string,
  batches: AsyncIterable<readonly LogEntry[]>,
): Promise<ReadableStream<Uint8Array>> {
  const iterator = batches[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let next = await iterator.next()
  let isBegun = false
  return new ReadableStream({
    async pull(controller) {
      if (!isBegun) {
        isBegun = true
        controller.enqueue(encoder.encode(header))
      } else if (next.done) controller.close()
      else {
        controller.enqueue(encoder.encode(next.value.map((entry) => formatLogLine(entry)).join('')))
        next = await iterator.next()
      }
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
