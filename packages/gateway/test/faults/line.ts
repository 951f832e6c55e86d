/** The line between a gateway and its database: it can be cut, go silent, and end the gateway at a chosen statement. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Line = {
  readonly port: number
  /** Ends every connection and takes no new one until {@link Line.mend}. */
  cut(): void
  /** Connections stay and new ones are taken, but nothing passes any more. */
  silence(): void
  mend(): void
  /**
   * Once PostgreSQL has answered the nth statement from now, `act` is called and nothing passes any more, that answer
   * included. The gateway's own heartbeat is not counted.
   */
  afterStatement(n: number, act: () => void): void
  /** Forgets that; true when it had happened. */
  disarm(): boolean
  close(): void
}

const readyForQuery = 0x5a
const headBytes = 5

/** Counts the messages of one kind in what a PostgreSQL server says, however the stream is cut into chunks. */
function countMessages(kind: number): (chunk: Uint8Array) => number {
  let head: number[] = []
  let skip = 0
  return (chunk) => {
    let found = 0
    for (let i = 0; i < chunk.length; ) {
      if (skip > 0) {
        const step = Math.min(skip, chunk.length - i)
        skip -= step
        i += step
        continue
      }
      head.push(chunk[i++] as number)
      if (head.length < headBytes) continue
      if (head[0] === kind) found++
      skip = Buffer.from(head).readUInt32BE(1) - (headBytes - 1)
      head = []
    }
    return found
  }
}

export async function openLine(target: { readonly host: string; readonly port: number }): Promise<Line> {
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'silent' = 'open'
  let armed: { left: number; act: () => void } | null = null
  let fired = false

  function endAll(): void {
    for (const socket of sockets) socket.destroy()
  }
  function fire(act: () => void): void {
    armed = null
    fired = true
    act()
    endAll()
  }

  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(target)
    const statements = countMessages(readyForQuery)
    let heartbeat = false
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    near.on('data', (chunk: Buffer) => {
      if (state !== 'open') return
      heartbeat ||= chunk.includes('listen holdfast_invalidation')
      far.write(chunk)
    })
    far.on('data', (chunk: Buffer) => {
      if (state !== 'open') return
      const answered = statements(chunk)
      if (armed !== null && !heartbeat) {
        armed.left -= answered
        if (armed.left <= 0) {
          fire(armed.act)
          return
        }
      }
      near.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    cut(): void {
      state = 'cut'
      endAll()
    },
    silence(): void {
      state = 'silent'
    },
    mend(): void {
      // What was swallowed meanwhile would be missing in the middle of a conversation.
      if (state === 'silent') endAll()
      state = 'open'
    },
    afterStatement(n: number, act: () => void): void {
      armed = { left: n, act }
      fired = false
    },
    disarm(): boolean {
      armed = null
      return fired
    },
    close(): void {
      server.close()
      endAll()
    },
  }
}
