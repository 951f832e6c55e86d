/** The first operator is made at first start; the credentials go to a file only its owner can read. */
import { constants } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from './config.ts'
import type { Service } from './service.ts'

export function credentialsFileOf(config: Config): string {
  return join(config.data, 'operator.json')
}

/**
 * Makes the first operator when there is none, and returns where the credentials are. The file is opened first: an operator
 * whose secret could not be written would lock everybody out.
 */
export async function ensureFirstOperator(config: Config, { server }: Service): Promise<string> {
  const path = credentialsFileOf(config)
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW
  const file = await open(path, flags, 0o600)
  try {
    const credentials = await server.operators.ensureFirst()
    if (credentials !== null) {
      await file.chmod(0o600)
      await file.truncate()
      await file.writeFile(`${JSON.stringify(credentials, null, 2)}\n`)
      await file.sync()
    } else if ((await file.stat()).size === 0) {
      // Another node made the first operator: its credentials are there, not here.
      await unlink(path)
    }
  } finally {
    await file.close()
  }
  return path
}
