/** nginx and HAProxy in front of the gateway, as an operator would set them up (docs/operate.md), and curl as the phone. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export const hasCommand = (command: string, ...words: string[]): boolean =>
  spawnSync(command, words).error === undefined

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function reachable(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 10_000
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error('the terminator does not listen')
    await wait(20)
  }
}

export type Terminator = { readonly port: number; stop(): Promise<void> }
export type TerminatorOptions = {
  /** Holds server.pem, server.key and ca.pem; files of the terminator go there, too. */
  readonly folder: string
  /** Of the gateway, on 127.0.0.1. */
  readonly gatewayPort: number
  /** The address it calls the gateway from. */
  readonly from: string
}

async function start(port: number, command: string, words: readonly string[]): Promise<Terminator> {
  const child = spawn(command, words, { stdio: 'ignore' })
  await reachable(port, child)
  return {
    port,
    async stop(): Promise<void> {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

export async function startHaproxy({ folder, gatewayPort, from }: TerminatorOptions): Promise<Terminator> {
  const port = await freePort()
  const file = path.join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global
  tune.ssl.cachesize 0
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend phones
  bind 127.0.0.1:${port} ssl crt ${folder}/haproxy.pem ca-file ${folder}/ca.pem verify required ssl-min-ver TLSv1.3 no-tls-tickets
  http-request set-header Client-Cert ":%[ssl_c_der,base64]:"
  default_backend holdfast
backend holdfast
  server gateway 127.0.0.1:${gatewayPort} source ${from}
`,
  )
  return start(port, 'haproxy', ['-db', '-f', file])
}

export async function startNginx({ folder, gatewayPort, from }: TerminatorOptions): Promise<Terminator> {
  const port = await freePort()
  const file = path.join(folder, 'nginx.conf')
  const lines = Array.from({ length: 16 }, (_, i) => i + 1)
  const form = lines.map((i) => `(?:(?<c${i}>[A-Za-z0-9+/=]+)\\n)?`).join('')
  writeFileSync(
    file,
    `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx.log;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  map $ssl_client_raw_cert $client_cert {
    "~^-----BEGIN CERTIFICATE-----\\n${form}-----END CERTIFICATE-----\\s*$" ":${lines.map((i) => `$c${i}`).join('')}:";
  }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/server.pem;
    ssl_certificate_key ${folder}/server.key;
    ssl_client_certificate ${folder}/ca.pem;
    ssl_verify_client on;
    ssl_verify_depth 1;
    ssl_session_tickets off;
    ssl_session_cache off;
    ssl_protocols TLSv1.3;
    location / {
      proxy_pass http://127.0.0.1:${gatewayPort};
      proxy_bind ${from};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header Client-Cert $client_cert;
    }
  }
}
`,
  )
  return start(port, 'nginx', ['-p', folder, '-c', file])
}

export type Answer = {
  /** 0 when no answer came: the connection was refused. */
  readonly status: number
  /** Of the holdfast-error field. */
  readonly code: string | null
  readonly body: string
}

/** One request by curl. `from`: the address to call from. */
export function curl(
  url: string,
  options: {
    readonly method?: string
    readonly fields?: readonly string[]
    readonly body?: string
    readonly cacert?: string
    /** Paths of certificate and key. */
    readonly identity?: { readonly cert: string; readonly key: string } | null
    /** `host:port` to connect to instead of what the URL says. */
    readonly to?: string
    readonly from?: string
  },
): Promise<Answer> {
  const { method = 'GET', fields = [], body, cacert, identity, to, from } = options
  const words = ['--silent', '--include', '--path-as-is', '--max-time', '20', '--request', method]
  for (const field of fields) words.push('--header', field)
  if (body !== undefined) words.push('--data-binary', body)
  if (cacert !== undefined) words.push('--cacert', cacert)
  if (identity !== undefined && identity !== null) words.push('--cert', identity.cert, '--key', identity.key)
  if (to !== undefined) words.push('--connect-to', `::${to}`)
  if (from !== undefined) words.push('--interface', from)
  return new Promise((resolve) => {
    execFile('curl', [...words, url], (_error, out) => {
      const [head = '', ...rest] = out.split('\r\n\r\n')
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0),
        code: /^holdfast-error: (\w+)/im.exec(head)?.[1] ?? null,
        body: rest.join('\r\n\r\n'),
      })
    })
  })
}
