/** A part of a job's page that is made of the job's state, and is not there until the state has something for it. */
import type { LabState } from '../../../lab/lab-state.ts'
import type { Region } from '../../page.ts'
import type { RunReader, Watching } from '../kind-panels.ts'

export interface StateRegion {
  id: string
  template: string
  /** Null while there is nothing to show. */
  show(state: LabState): object | null | Promise<object | null>
  /** What is said in its place then; nothing where left out, for another part says what is to come. */
  absence?(): string
}

export function createStateRegion(
  runId: string,
  reader: RunReader,
  watching: Watching,
  { id, template, show, absence = () => '' }: StateRegion,
): Region {
  return {
    ...{ id, template, key: `${id}:${runId}` },
    ...watching('data', 'status'),
    data: async () => {
      const view = reader.isPruned ? null : await show((await reader.state()).data as LabState)
      return view === null ? { isThere: false, empty: absence() } : { isThere: true, empty: '', ...view }
    },
  }
}
