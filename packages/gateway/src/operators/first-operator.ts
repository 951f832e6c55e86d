/** The first operator is made at first start; the credentials go to a file only its owner can read. */
import { constants } from 'node:fs'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OperatorCredentials } from '@holdfast/server'
import type { Config } from '../config/config.ts'
import { formatCredentials, parseCredentials } from './credentials.ts'
import type { Service } from '../service.ts'

export function credentialsFileOf(config: Pick<Config, 'data'>): string {
  return join(config.data, 'operator.json')
}

async function write(path: string, credentials: OperatorCredentials): Promise<void> {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(formatCredentials(credentials))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Null when there is none, or half of one: half of one was never committed. */
async function readDraft(path: string): Promise<OperatorCredentials | null> {
  try {
    return parseCredentials(await readFile(path, 'utf8'))
  } catch {
    return null
  }
}

/**
 * Makes the first operator when there is none, and returns where the credentials are. They are kept in a draft before they
 * become good and the draft goes last: a kill at any moment leaves one that the next start finishes or throws away.
 */
export async function ensureFirstOperator(
  config: Pick<Config, 'data'>,
  { server }: Pick<Service, 'server'>,
): Promise<string> {
  const path = credentialsFileOf(config)
  const draft = `${path}.new`
  const credentials = await server.operators.ensureFirst({
    left: await readDraft(draft),
    keep: (proposed) => write(draft, proposed),
  })
  if (credentials !== null) await write(path, credentials)
  await rm(draft, { force: true })
  return path
}
