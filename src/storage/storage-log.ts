/** Where storage says what it had to mend: one line each, no machine path in it. */
export interface StorageLog {
  warn(message: string): void
}
