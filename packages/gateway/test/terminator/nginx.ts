/** nginx as a TLS terminator that writes down all it can: request line, fields, bodies, and what its debug log adds. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServerIdentity } from '../../../client/test/authority.ts'

export function hasNginx(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export type Terminator = {
  /** One line for each request: method, target, status, octets in and out. */
  requests(): readonly string[]
  /** Everything it wrote: its logs and the bodies of requests, by name of the file. */
  records(): ReadonlyMap<string, Uint8Array>
  close(): Promise<void>
}

/** Fields a curious operator would ask for by name; the debug log has all others. */
const fields = [
  'authorization',
  'content_digest',
  'content_type',
  'cookie',
  'holdfast_reply_key',
  'host',
  'idempotency_key',
  'referer',
  'signature',
  'signature_input',
  'user_agent',
  'x_forwarded_for',
]

function configuration(directory: string, port: number, upstreamPort: number): string {
  const all = fields.map((name) => `${name}=$http_${name}`).join(' ')
  const temporary = ['proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${directory}/${kind};`,
  )
  return `
daemon off;
master_process off;
pid ${directory}/pid;
error_log ${directory}/logs/error.log debug;
events {}
http {
  log_format short '$request_method $request_uri $status $request_length $body_bytes_sent $request_time';
  log_format long escape=json '$request args=$args $body_bytes_sent $request_body_file ${all} $request_body';
  access_log ${directory}/logs/requests.log short;
  access_log ${directory}/logs/access.log long;
  client_body_temp_path ${directory}/bodies;
  client_body_in_file_only on;
  client_max_body_size 20m;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${directory}/cert.pem;
    ssl_certificate_key ${directory}/key.pem;
    ssl_protocols TLSv1.3;
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`
}

const longestStartMs = 10_000

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + longestStartMs
  while (performance.now() < deadline && child.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    const there = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (there) return
    await pause(20)
  }
  throw new Error('nginx does not listen')
}

export async function startTerminator(options: {
  readonly port: number
  readonly upstreamPort: number
  readonly identity: ServerIdentity
}): Promise<Terminator> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-nginx-'))
  for (const name of ['logs', 'bodies']) mkdirSync(join(directory, name))
  writeFileSync(join(directory, 'nginx.conf'), configuration(directory, options.port, options.upstreamPort))
  writeFileSync(join(directory, 'key.pem'), options.identity.key)
  writeFileSync(join(directory, 'cert.pem'), options.identity.cert)
  const args = ['-p', directory, '-e', join(directory, 'logs', 'start.log')]
  const child = spawn('nginx', [...args, '-c', join(directory, 'nginx.conf')], { stdio: 'ignore' })
  const ended = once(child, 'close')
  await listening(options.port, child)
  return {
    requests: () =>
      readFileSync(join(directory, 'logs', 'requests.log'), 'utf8')
        .split('\n')
        .filter(Boolean),
    records: () =>
      new Map(
        ['logs', 'bodies'].flatMap((folder) =>
          readdirSync(join(directory, folder)).map((name): [string, Uint8Array] => [
            `nginx ${folder}/${name}`,
            readFileSync(join(directory, folder, name)),
          ]),
        ),
      ),
    async close(): Promise<void> {
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
