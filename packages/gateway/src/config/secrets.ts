/** Secrets come from files or the environment, never from holdfast.yaml, which people commit and mail around. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fromUtf8, utf8 } from '@holdfast/core'
import type { Report } from './rules.ts'
import type { WrittenSecret, WrittenUrl } from './schema.ts'
import type { ConfigPath } from './source.ts'

export type SecretSources = {
  /** Relative names of files start here. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly report: Report
}

const nothing = new Uint8Array(0)

/** The bytes of a file less one final line break; empty, and reported, when it cannot be read. */
export function readBytes(name: string, at: ConfigPath, { directory, report }: SecretSources): Uint8Array {
  try {
    const bytes = new Uint8Array(readFileSync(resolve(directory, name)))
    // Editors end a file with a line break that nobody means.
    return bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes
  } catch (error) {
    report(at, `this file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
    return nothing
  }
}

function environmentBytes(name: string, at: ConfigPath, { environment, report }: SecretSources): Uint8Array {
  const value = environment[name]
  if (value === undefined) report(at, 'this environment variable is not set')
  return utf8(value ?? '')
}

const secretNames = ['secretFile', 'secretEnv', 'secretCredential'] as const

/** Where one of them leads, and what may be read there; null, and reported, unless exactly one is given. */
function placeOf(
  written: WrittenSecret,
  at: ConfigPath,
  sources: SecretSources,
): { readonly place: ConfigPath; readonly file: string | null; read(): Uint8Array } | null {
  const [name, ...others] = secretNames.filter((key) => written[key] !== undefined)
  if (name === undefined || others.length > 0) {
    sources.report(
      at,
      'expected one of secretFile: a file name, secretEnv: an environment variable, secretCredential: a systemd credential',
    )
    return null
  }
  const place = [...at, name]
  const value = written[name] as string
  if (name === 'secretEnv') return { place, file: null, read: () => environmentBytes(value, place, sources) }
  if (name === 'secretFile') return { place, file: value, read: () => readBytes(value, place, sources) }
  const directory = sources.environment['CREDENTIALS_DIRECTORY']
  if (directory === undefined) {
    sources.report(place, 'CREDENTIALS_DIRECTORY is not set: is this a systemd service with LoadCredential=?')
    return null
  }
  // systemd lets only the service into that directory; the modes inside say nothing.
  return { place, file: null, read: () => readBytes(resolve(directory, value), place, sources) }
}

/** The bytes of a secret (of a file less one final line break); anything missing or too short is reported. */
export function readSecret(
  written: WrittenSecret,
  at: ConfigPath,
  minimumBytes: number,
  sources: SecretSources,
): Uint8Array {
  const found = placeOf(written, at, sources)
  if (found === null) return nothing
  const bytes = found.read()
  if (bytes.length > 0 && bytes.length < minimumBytes)
    sources.report(found.place, `this secret is too short: expected at least ${minimumBytes} bytes`)
  return bytes
}

/**
 * For a secret that shall not stay in memory: looked at once, so that whatever is wrong is reported, and read again each time it
 * is asked for. The reader overwrites what it got. A file that others can reach is reported.
 */
export function secretSource(
  written: WrittenSecret,
  at: ConfigPath,
  minimumBytes: number,
  sources: SecretSources,
): () => Uint8Array {
  const found = placeOf(written, at, sources)
  if (found === null) return () => nothing
  readSecret(written, at, minimumBytes, sources).fill(0)
  const mode =
    found.file === null
      ? 0
      : (statSync(resolve(sources.directory, found.file), { throwIfNoEntry: false })?.mode ?? 0)
  if ((mode & 0o077) !== 0)
    sources.report(found.place, 'this file is open to group or others: set its mode to 0600 or 0400')
  return () => {
    const bytes = found.read()
    // It was there at the start. Going on with less would close, or try, something with a secret that is none.
    if (bytes.length < minimumBytes) throw new TypeError(`${found.place.join('.')}: this secret is gone`)
    return bytes
  }
}

/** A database address from `url`, `urlFile` or `urlEnv`, with one of the schemes given. */
export function readUrl(
  written: WrittenUrl,
  at: ConfigPath,
  schemes: readonly string[],
  sources: SecretSources,
): string {
  const [name, ...others] = (['url', 'urlFile', 'urlEnv'] as const).filter(
    (key) => written[key] !== undefined,
  )
  if (name === undefined || others.length > 0) {
    sources.report(at, 'expected one of url, urlFile and urlEnv')
    return ''
  }
  const place = [...at, name]
  const value = written[name] as string
  const url = (
    name === 'url'
      ? value
      : fromUtf8(
          name === 'urlFile' ? readBytes(value, place, sources) : environmentBytes(value, place, sources),
        )
  ).trim()
  if (!URL.canParse(url) || !schemes.includes(new URL(url).protocol.slice(0, -1)))
    sources.report(place, `expected an address that begins with ${schemes.join(':// or ')}://`)
  return url
}
