/**
 * One process at a time. Node has no file locks, so the lock is a local socket somebody listens on: the system takes it from whoever
 * dies, at that moment and in every way of dying. No one connects to it.
 */
import { createHash } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HoldfastError } from '@holdfast/core'

/** On Linux an abstract name and on Windows a pipe, which leave nothing behind; elsewhere a socket in the directory for such. */
function address(path: string): { path: string; isFile: boolean } {
  const name = `holdfast-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`
  if (process.platform === 'linux') return { path: `\0${name}`, isFile: false }
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}`, isFile: false }
  return { path: join(tmpdir(), name), isFile: true }
}

/** Gives the release. Null when somebody has it. */
function tryLock(path: string): Promise<(() => Promise<void>) | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    )
    server.listen({ path }, () => {
      server.unref()
      resolve(() => new Promise<void>((closed) => server.close(() => closed())))
    })
  })
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Keeps everybody else from `path`, an absolute one, until released. Rejects with `vault_unavailable` when somebody has it. */
export async function lock(path: string): Promise<() => Promise<void>> {
  const { path: name, isFile } = address(path)
  const first = await tryLock(name)
  if (first !== null) return first
  if (isFile && !(await isAlive(name))) {
    unlinkSync(name)
    const second = await tryLock(name)
    if (second !== null) return second
  }
  throw new HoldfastError('vault_unavailable')
}
