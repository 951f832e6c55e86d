/** Secrets come from files or the environment, never from holdfast.yaml, which people commit and mail around. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fromUtf8, utf8 } from '@holdfast/core'
import type { Report } from './config-rules.ts'
import type { WrittenSecret, WrittenUrl } from './config-schema.ts'
import type { ConfigPath } from './config-source.ts'

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

/** The bytes of `secretFile` (less one final line break) or `secretEnv`; anything missing or too short is reported. */
export function readSecret(
  written: WrittenSecret,
  at: ConfigPath,
  minimumBytes: number,
  sources: SecretSources,
): Uint8Array {
  const { secretFile, secretEnv } = written
  if ((secretFile === undefined) === (secretEnv === undefined)) {
    sources.report(at, 'expected either secretFile: a file name, or secretEnv: an environment variable')
    return nothing
  }
  const place = [...at, secretFile === undefined ? 'secretEnv' : 'secretFile']
  const bytes =
    secretFile === undefined
      ? environmentBytes(secretEnv as string, place, sources)
      : readBytes(secretFile, place, sources)
  if (bytes.length > 0 && bytes.length < minimumBytes)
    sources.report(place, `this secret is too short: expected at least ${minimumBytes} bytes`)
  return bytes
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
