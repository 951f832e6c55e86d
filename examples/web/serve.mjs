// Why: the demo bank's page needs a bundle, its own origin and a strict policy, and nothing else. Usage: node serve.mjs --app FILE [--port PORT]
// FILE is what an app has built in: {"origin": "https://…", "trust": ["<pin>"]}. The gateway has to name this page under `web`.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const source = fileURLToPath(new URL('src/', import.meta.url))
const kinds = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** As in docs/integrate.md 3.7. Contents by the path they are asked for under. */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: {
      main: path.join(source, 'main.ts'),
      'stretch-worker': '@holdfast/client/web/stretch-worker',
      'sql-worker': '@holdfast/client/web/sql-worker',
      'mc-wa-sqlite': '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm',
    },
    absWorkingDir: source,
    loader: { '.wasm': 'copy' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2023',
    outdir: '.',
    write: false,
  })
  return outputFiles.map(({ path: file, contents }) => [`/${path.basename(file)}`, contents])
}

const { values } = parseArgs({ options: { app: { type: 'string' }, port: { type: 'string', default: '0' } } })
if (values.app === undefined) {
  console.error('usage: node serve.mjs --app FILE [--port PORT]')
  process.exit(2)
}
const app = JSON.parse(readFileSync(values.app, 'utf8'))
const files = new Map(await bundle())
for (const name of ['index.html', 'style.css', 'finger.svg', 'shield.svg', 'pause.svg'])
  files.set(`/${name}`, readFileSync(path.join(source, name)))
files.set('/', files.get('/index.html'))

const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
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
  'cache-control': 'no-cache',
}

const server = createServer(({ url = '/' }, response) => {
  if (url === '/app.json')
    return response.writeHead(200, { ...fields, 'content-type': 'application/json' }).end(JSON.stringify(app))
  const file = files.get(url)
  if (file === undefined) return response.writeHead(404, fields).end()
  const type = kinds[path.extname(url)] ?? kinds['.html']
  return response.writeHead(200, { ...fields, 'content-type': type }).end(file)
})
server.listen(Number(values.port), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: true, port: server.address().port }))
})
