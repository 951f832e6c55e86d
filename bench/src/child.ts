/** Child processes of the bench: started on their cores, given one input, then asked and answered one message at a time. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pinnedCommand } from './machine.ts'

export interface Child {
  readonly pid: number
  /** The answer to the input the child was started with. */
  readonly ready: unknown
  /** Sends a message and waits for the next answer. Rejects when the child ends or stays silent for `patienceMs`. */
  ask(message: unknown): Promise<unknown>
  stop(): Promise<void>
}

export interface ChildOptions {
  readonly cores: readonly number[]
  /** JSON handed to the child as its first message. */
  readonly input: unknown
  /** Takes what the child writes to stdout; shown when absent. */
  readonly logFile?: string
}

const patienceMs = 60_000

/** Starts a module of this package; `script` is its path beside this file, such as `backend.js`. */
export async function startChild(script: string, options: ChildOptions): Promise<Child> {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const [command = '', ...rest] = pinnedCommand(options.cores, [process.execPath, file])
  const output = options.logFile === undefined ? 'inherit' : openSync(options.logFile, 'a')
  const child = spawn(command, rest, {
    stdio: ['ignore', output, 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (typeof output === 'number') closeSync(output)
  const ready = await ask(child, script, options.input)
  return {
    pid: child.pid ?? 0,
    ready,
    ask: (message) => ask(child, script, message),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** The child's half: answers every message with what `answer` returns and ends when its parent does. */
export function serveParent(answer: (message: unknown) => Promise<unknown>): void {
  process.on('message', (message) => {
    void answer(message).then((reply) => process.send?.(reply))
  })
  process.on('disconnect', () => process.exit(0))
}

function ask(child: ChildProcess, name: string, message: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(new Error(`${name} gave no answer`)), patienceMs)
    const onMessage = (reply: unknown): void => settle(undefined, reply)
    const onEnd = (): void => settle(new Error(`${name} ended`))
    child.once('message', onMessage).once('exit', onEnd).once('error', settle)
    child.send(message as object)

    function settle(error: Error | undefined, reply?: unknown): void {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onEnd).off('error', settle)
      if (error) reject(error)
      else resolve(reply)
    }
  })
}
