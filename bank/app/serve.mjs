// Why: the app in a browser needs its bundle, an origin of its own and a strict policy. Usage: node serve.mjs --app FILE [--port PORT] [--page FOLDER]
// FILE is what an app has built in: {"origin": "https://…", "trust": ["<pin>"]}. The gateway has to name this page under `web`.
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const kinds = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** All of it, by the path it is asked for under: nothing else on the disk can be. */
function readBuilt(folder) {
  const names = readdirSync(folder, { recursive: true }).filter((name) => path.extname(name) in kinds)
  const files = new Map(
    names.map((name) => [`/${name.split(path.sep).join('/')}`, readFileSync(path.join(folder, name))]),
  )
  return files.set('/', files.get('/index.html'))
}

const { values } = parseArgs({
  options: {
    app: { type: 'string' },
    port: { type: 'string', default: '0' },
    page: { type: 'string', default: fileURLToPath(new URL('dist/web', import.meta.url)) },
  },
})
if (values.app === undefined) {
  console.error('usage: node serve.mjs --app FILE [--port PORT] [--page FOLDER]')
  process.exit(2)
}
const app = JSON.parse(readFileSync(values.app, 'utf8'))
const files = readBuilt(values.page)

const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  // A document, opened in memory.
  'frame-src blob:',
  `connect-src 'self' ${app.origin}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
const fields = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy':
    'camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), geolocation=()',
  'cache-control': 'no-cache',
}

const server = createServer(({ url = '/' }, response) => {
  if (url === '/app.json')
    return response.writeHead(200, { ...fields, 'content-type': 'application/json' }).end(JSON.stringify(app))
  const file = files.get(url)
  if (file === undefined) return response.writeHead(404, fields).end()
  const type = kinds[path.extname(url)] ?? kinds['.html']
  // Names under /assets/ have the digest of what they name in them.
  const cache = url.startsWith('/assets/') ? { 'cache-control': 'max-age=31536000, immutable' } : {}
  return response.writeHead(200, { ...fields, ...cache, 'content-type': type }).end(file)
})
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
})
