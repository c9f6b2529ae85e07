// What the processes of a dev server say to each other before they pass bytes: lines.

import type { Socket } from "node:net"

/** The longest line: the addresses of a machine with many interfaces. */
const lineMax = 64 * 1024

/** The next line of a socket, which is paused then. Rejects when it ends before, or says too much. */
export function readLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head: Uint8Array = new Uint8Array()
    const ended = () => reject(new Error("the connection ended"))
    const read = (bytes: Uint8Array) => {
      head = Buffer.concat([head, bytes])
      const end = head.indexOf(10)
      if (end < 0) {
        if (head.length > lineMax) socket.destroy()
        return
      }
      socket.off("data", read).off("close", ended).pause()
      if (end + 1 < head.length) socket.unshift(head.subarray(end + 1))
      resolve(Buffer.from(head.subarray(0, end)).toString())
    }
    socket.on("data", read).on("close", ended).resume()
  })
}

/** Says something as one line. */
export function writeLine(socket: Socket, said: object): void {
  socket.write(`${JSON.stringify(said)}\n`)
}
