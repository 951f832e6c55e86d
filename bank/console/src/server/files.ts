/** The page as Vite built it, in memory: nothing else on the disk can be asked for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import type { ServerResponse } from 'node:http'
import { Refusal } from './refusal.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** On every answer, refusals too. */
export const securityFields: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), clipboard-write=(self)',
  'cache-control': 'no-store',
}

/** Writes the file of that path, or throws `not_found`. */
export type WriteFile = (path: string, response: ServerResponse) => void

/** Throws TypeError where nothing was built. */
export function readFiles(folder: string): WriteFile {
  if (!existsSync(join(folder, 'index.html')))
    throw new TypeError(`no page in ${folder}: npm run build --workspace bank/console makes it`)
  const files = new Map<string, { readonly type: string; readonly bytes: Buffer }>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const type = types[extname(name)]
    if (type === undefined) continue
    files.set(`/${name.split(sep).join('/')}`, { type, bytes: readFileSync(join(folder, name)) })
  }
  return (path, response) => {
    const file = files.get(path === '/' ? '/index.html' : path)
    if (file === undefined) throw new Refusal('not_found')
    // Names under /assets/ have the digest of what they name in them.
    if (path.startsWith('/assets/')) response.setHeader('cache-control', 'max-age=31536000, immutable')
    response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length })
    response.end(file.bytes)
  }
}
