/** A server for tests. */
export interface TestServer {
  /** For `connect`. */
  hosts: string
  /** For people. */
  name: string
  isDev: boolean
  pid?: number
  close(): Promise<void>
}

export function startServer(options?: { nodes?: number }): Promise<TestServer>
export function startDevServerProcess(options?: { nodes?: number }): Promise<TestServer>
