/** Looks for octets in everything a browser left on the disk. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** What to look for, under the name it is reported by. */
export type Needles = Readonly<Record<string, Buffer>>

/** A secret and the texts it could stand in: base64url, base64, hex, each in one and in two octets a character. */
export function formsOf(name: string, secret: Uint8Array): Needles {
  const octets = Buffer.from(secret)
  const texts = {
    base64url: octets.toString('base64url'),
    base64: octets.toString('base64').replaceAll('=', ''),
    hex: octets.toString('hex'),
    HEX: octets.toString('hex').toUpperCase(),
  }
  return {
    [name]: octets,
    ...Object.assign(
      {},
      ...Object.entries(texts).map(([form, text]) => textForms(`${name} as ${form}`, text)),
    ),
  }
}

export function textForms(name: string, text: string): Needles {
  return { [name]: Buffer.from(text), [`${name} in UTF-16`]: Buffer.from(text, 'utf16le') }
}

export type Finding = { readonly file: string; readonly needle: string }
export type Search = { readonly files: number; readonly bytes: number; readonly found: readonly Finding[] }

export function searchProfile(profile: string, needles: Needles): Search {
  const found: Finding[] = []
  let [files, bytes] = [0, 0]
  for (const entry of readdirSync(profile, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const content = readFileSync(path)
    files++
    bytes += content.length
    for (const [needle, octets] of Object.entries(needles))
      if (content.includes(octets)) found.push({ file: relative(profile, path), needle })
  }
  return { files, bytes, found }
}
