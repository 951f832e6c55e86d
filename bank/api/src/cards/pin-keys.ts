/** The keys PINs are encrypted under at rest: a file beside the database, in no backup of it. Made at first start, for its owner alone. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as v from 'valibot'

export type PinKey = { readonly id: string; readonly key: Buffer }
/** The first encrypts, all of them decrypt. */
export type PinKeys = readonly [PinKey, ...PinKey[]]

const keySchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8}$/)),
  key: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9_-]{43}$/),
    v.transform((text) => Buffer.from(text, 'base64url')),
  ),
})
const fileSchema = v.strictObject({ pinKeys: v.tupleWithRest([keySchema], keySchema) })

export function makePinKeys(): PinKeys {
  return [{ id: randomBytes(6).toString('base64url'), key: randomBytes(32) }]
}

/**
 * Reads the file; where there is none and `mayMake`, makes it. Of processes that start together one makes it and all read that. Throws
 * TypeError when it is damaged, open to others, or missing though PINs were encrypted under it.
 */
export async function openPinKeys(file: string, mayMake: boolean): Promise<PinKeys> {
  const text = (await readText(file)) ?? (mayMake ? await makeFile(file) : null)
  if (text === null) throw new TypeError(`${file} is missing: PINs in the database were encrypted under it`)
  try {
    return v.parse(fileSchema, JSON.parse(text)).pinKeys
  } catch {
    throw new TypeError(`${file} is damaged`)
  }
}

async function readText(file: string): Promise<string | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (handle === null) return null
  try {
    const { mode } = await handle.stat()
    if ((mode & 0o077) !== 0) throw new TypeError(`${file} is open to group or others: set its mode to 0600`)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

async function makeFile(file: string): Promise<string | null> {
  const pinKeys = makePinKeys().map(({ id, key }) => ({ id, key: key.toString('base64url') }))
  const draft = `${file}.${process.pid}`
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(draft, `${JSON.stringify({ pinKeys })}\n`, { mode: 0o600, flush: true })
  // A link is there whole or not at all, and the first one stays.
  await link(draft, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  return readText(file)
}
