/**
 * The `holdfast` command as a call of its main function, for all that a process of its own would only make slower
 * (holdfast-process.ts): status, output and working directory are as there.
 */
import { vi } from 'vitest'
import { main } from '../src/terminal/cli.ts'
import type { Finished } from './holdfast-process.ts'

async function run(directory: string, args: readonly string[]): Promise<Finished> {
  const before = process.cwd()
  const said = { out: '', err: '' }
  const taking = (stream: keyof typeof said) => (text: string | Uint8Array) => {
    said[stream] += String(text)
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(taking('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(taking('err')),
  ]
  process.chdir(directory)
  try {
    const code = await main(args)
    return { code, ...said }
  } finally {
    process.chdir(before)
    for (const spy of spies) spy.mockRestore()
  }
}

let last: Promise<unknown> = Promise.resolve()

/** One after the other: output and working directory are those of this process. Not for `serve`, which ends with its process. */
export function runHere(directory: string, ...args: string[]): Promise<Finished> {
  const mine = last.then(() => run(directory, args))
  last = mine.catch(() => undefined)
  return mine
}
