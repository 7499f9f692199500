/** A promise settled from outside. Node 20, on which an installed package may run, has no `Promise.withResolvers`. */

export interface Deferred<T> {
  promise: Promise<T>
  readonly isSettled: boolean
  resolve(value: T | PromiseLike<T>): void
  reject(reason: unknown): void
}

export function createDeferred<T = void>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve']
  let reject!: Deferred<T>['reject']
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  let isSettled = false
  return {
    promise,
    get isSettled() {
      return isSettled
    },
    resolve(value) {
      isSettled = true
      resolve(value)
    },
    reject(reason) {
      isSettled = true
      reject(reason)
    },
  }
}
