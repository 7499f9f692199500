/** What a thread of the lab loads: all tasks, served behind everything else that the machine has to do. */
import * as tasks from '../tasks/index.ts'
import { lowerPriority } from './lower-priority.ts'
import { serveTasks } from './serve-tasks.ts'

lowerPriority()

export default serveTasks(tasks)
