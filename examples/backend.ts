/** The example backends: one account service, written twice, on a standard library and what encrypts a PIN. */
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

const python = (...args: string[]): boolean =>
  spawnSync(pythonBackend.command, args, { stdio: 'ignore' }).status === 0

export function hasPython(): boolean {
  return python('--version')
}

/** Whether the backend in Python can encrypt a PIN; without this package it does all the rest. */
export function hasCryptography(): boolean {
  return python('-c', 'import cryptography')
}

/** On a port of its own; `secretFile` is shared with the gateway, which calls it `accounts`. */
export function startBackend({ command, program }: Backend, secretFile: string): Promise<Running> {
  return start(command, [program, '--port', '0', '--secret-file', secretFile])
}
