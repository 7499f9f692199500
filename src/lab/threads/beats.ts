/** Signs of life of the task that this thread is at, for whoever ends what gives none. */
import { FLAG } from './task-call.ts'

let words: Int32Array | null = null

/** From here on signs of life are of the task with these flags. */
export function beatFor(flags: Int32Array): void {
  words = flags
}

export function beat(): void {
  if (words) Atomics.add(words, FLAG.beats, 1)
}
