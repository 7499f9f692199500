/** What the process leaves to its caller. The help of the program and the README name the same numbers. */
export const EXIT = {
  /** Done; of `assess`: every run completed. */
  ok: 0,
  /** It could not be done, or a run did not complete. */
  failed: 1,
  /** It was asked wrongly: an unknown option, run or setting, an input the desk refuses. */
  usage: 2,
  /** 128 + the signal's number, as shells have it. */
  interrupted: 130,
  terminated: 143,
} as const

/** The exit code of a command that a signal ended before its time. */
export function exitCodeOf(signal: 'SIGINT' | 'SIGTERM'): number {
  return signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
}
