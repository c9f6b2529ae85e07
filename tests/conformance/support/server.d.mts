/** A server for tests. */
export interface TestServer {
  /** For `connect`. */
  hosts: string
  /** For people. */
  name: string
  isDev: boolean
  pid?: number
  close(): Promise<string[] | undefined>
}

export function startServer(options?: { nodes?: number; record?: boolean }): Promise<TestServer>
export function startDevServerProcess(options?: { nodes?: number; record?: boolean }): Promise<TestServer>
