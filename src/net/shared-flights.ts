/**
 * One piece of work however many ask for it at the same time. Whoever aborts leaves at once and the work goes on for
 * the others; with the last one gone it is aborted, and whoever asks next begins anew.
 */
export interface SharedFlights<T> {
  /** Joins the work under way for `key`, or begins it. Rejects with the signal's reason, or as the work does. */
  join(key: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T>
}

interface Flight<T> {
  controller: AbortController
  askers: number
  outcome: Promise<T>
}

export function createSharedFlights<T>(): SharedFlights<T> {
  const flights = new Map<string, Flight<T>>()

  function land(key: string, flight: Flight<T>): void {
    if (flights.get(key) === flight) flights.delete(key)
  }

  function takeOff(key: string, begin: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController()
    const flight = { controller, askers: 0, outcome: begin(controller.signal) }
    flights.set(key, flight)
    return flight
  }

  return {
    async join(key, signal, begin) {
      signal.throwIfAborted()
      const flight = flights.get(key) ?? takeOff(key, begin)
      flight.askers++
      return new Promise<T>((resolve, reject) => {
        const onAbort = () => {
          reject(signal.reason as Error)
          flight.askers--
          if (flight.askers > 0) return
          land(key, flight)
          flight.controller.abort(signal.reason)
        }
        const settle = (act: () => void) => {
          signal.removeEventListener('abort', onAbort)
          land(key, flight)
          act()
        }
        signal.addEventListener('abort', onAbort, { once: true })
        flight.outcome.then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(error as Error)),
        )
      })
    },
  }
}
