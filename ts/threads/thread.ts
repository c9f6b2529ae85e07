// A thread of the runtime, as both of its sides see it. What is said there is not known here.

/** What is heard of a thread. */
export interface ThreadHandlers {
  said(message: unknown): void
  /** Once: it runs no more, for a reason or because it was told to end. Nothing follows. */
  ended(error: unknown): void
}

/** A thread that runs. */
export interface Thread {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void
  /** Ends it at once. */
  end(): Promise<void>
}

/** Begins a thread with what it is to know. */
export type OpenThread = (data: unknown, handlers: ThreadHandlers) => Thread

/** The way from a thread to the one that began it. */
export interface Home {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void
  listen(said: (message: unknown) => void): void
}
