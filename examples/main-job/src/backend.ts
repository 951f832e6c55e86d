/** The example backends: one account service, written twice, on nothing but a standard library. */
import { spawnSync } from 'node:child_process'
import { type Running, start } from './processes.ts'

export type Backend = {
  readonly language: string
  readonly command: string
  /** From the root of the repository. */
  readonly program: string
}

export const pythonBackend: Backend = {
  language: 'Python',
  command: 'python3',
  program: 'examples/python-accounts/accounts.py',
}
export const nodeBackend: Backend = {
  language: 'Node',
  command: process.execPath,
  program: 'examples/node-accounts/accounts.mjs',
}

export function hasPython(): boolean {
  return spawnSync(pythonBackend.command, ['--version'], { stdio: 'ignore' }).status === 0
}

/** On a port of its own; `secretFile` is shared with the gateway, which calls it `accounts`. */
export function startBackend({ command, program }: Backend, secretFile: string): Promise<Running> {
  return start(command, [program, '--port', '0', '--secret-file', secretFile])
}
