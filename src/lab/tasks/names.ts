/**
 * The tasks of the lab as whoever sends one knows them: by name, with the types of what goes in and comes out. What they
 * do is loaded in threads alone, so that a desk that starts does not read a simulator that it never runs itself.
 */
import type { Task, TaskName } from '../task.ts'
import type * as tasks from './index.ts'

type Tasks = typeof tasks
type NameOf<T> = T extends Task<infer Input, infer Output> ? TaskName<Input, Output> : never

function nameTask<Name extends keyof Tasks>(name: Name): NameOf<Tasks[Name]> {
  return { name } as NameOf<Tasks[Name]>
}

export const backtest = nameTask('backtest')
export const bootstrapTrials = nameTask('bootstrapTrials')
export const drawHeatmap = nameTask('drawHeatmap')
export const judgeTrack = nameTask('judgeTrack')
export const orderTrials = nameTask('orderTrials')
export const runTrials = nameTask('runTrials')
export const growForest = nameTask('growForest')
export const trainFold = nameTask('trainFold')
export const validateTrials = nameTask('validateTrials')
export const readCsv = nameTask('readCsv')
export const testFold = nameTask('testFold')
export const stitchFolds = nameTask('stitchFolds')
