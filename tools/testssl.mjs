// Why: what testssl.sh says about the two TLS listeners, from the outside: `node tools/testssl.mjs`, where testssl.sh and openssl are installed.
// Fails for every finding of LOW or worse but those about the certificate chain made here, which no public CA signed.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ensureBuilt, root } from './ensure.mjs'

const severe = new Set(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'WARN', 'FATAL'])
/** What only a certificate from a public CA has. */
const ownChain =
  /^(?:cert_(?:revocation|crlDistributionPoints|ocspURL|caIssuers|chain_of_trust|trust|validityPeriod|certificatePolicies_EV)|OCSP_stapling|certificate_transparency|DNS_CAArecord|overall_grade)/
/** What testssl.sh cannot see without a client certificate. */
const needsCertificate = /^(?:clientAuth|HTTP_|HTTP_status_code|service|BREACH|scanProblem|insecure_redirect)/

const command = ['testssl.sh', 'testssl'].find((name) => spawnSync(name, ['--version']).error === undefined)
if (command === undefined) {
  console.log('testssl.sh is not installed: nothing was tried.')
  process.exit(0)
}
ensureBuilt('packages/gateway')
// The outbox of a service nobody enrols at.
process.env.HOLDFAST_TESTSSL = 'x'.repeat(32)
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-testssl-'))
const file = (name) => path.join(folder, name)

function run(program, ...words) {
  const { status, stderr } = spawnSync(program, words, { cwd: folder, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${words[0]}: ${stderr}`)
}

function makeCertificate() {
  const p256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  writeFileSync(file('extensions'), 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n')
  run('openssl', 'req', '-x509', ...p256, '-subj', '/CN=roots', '-keyout', 'roots.key', '-out', 'roots.pem')
  run('openssl', 'req', ...p256, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr')
  const sign = ['-CA', 'roots.pem', '-CAkey', 'roots.key', '-extfile', 'extensions', '-days', '90']
  run('openssl', 'x509', '-req', '-in', 'server.csr', ...sign, '-out', 'server.pem')
}

async function freePort() {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function reachable(port) {
  const deadline = performance.now() + 20_000
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (open) return
    if (performance.now() > deadline) throw new Error('the gateway does not listen')
    await wait(50)
  }
}

/** Findings that count, as rows of id, severity and words. */
async function findings(name, port, skipped) {
  const report = file(`${name}.json`)
  const words = [
    '--quiet',
    '--color',
    '0',
    '--warnings',
    'batch',
    '--add-ca',
    file('roots.pem'),
    '--ip',
    '127.0.0.1',
  ]
  const child = spawn(command, [...words, '--jsonfile', report, `localhost:${port}`], { stdio: 'ignore' })
  await once(child, 'exit')
  const all = JSON.parse(readFileSync(report, 'utf8'))
  const counted = all.filter(
    ({ id, severity }) => severe.has(severity) && !skipped.some((form) => form.test(id)),
  )
  const excused = all.filter(({ severity }) => severe.has(severity)).length - counted.length
  console.log(`${name}: ${all.length} findings, ${counted.length} of LOW or worse, ${excused} excused`)
  for (const { id, severity, finding } of all)
    if (severe.has(severity)) console.log(`  ${severity.padEnd(8)} ${id}: ${finding}`)
  return counted
}

try {
  makeCertificate()
  const [port, mutualPort, adminPort] = [await freePort(), await freePort(), await freePort()]
  const backend = createServer((_message, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(backend, 'listening')
  const upstream = `{ name: bank, url: "http://127.0.0.1:${backend.address().port}", identity: { mode: insecurePlain } }`
  writeFileSync(
    file('holdfast.yaml'),
    `origin: https://localhost:${port}
listen: { port: ${port}, tls: { key: server.key, cert: server.pem } }
mutual: { origin: "https://localhost:${mutualPort}", port: ${mutualPort}, tls: { key: server.key, cert: server.pem } }
admin: { port: ${adminPort} }
store: { kind: memory }
outbox: { kind: webhook, url: "http://127.0.0.1:1", secretEnv: HOLDFAST_TESTSSL }
upstreams: [${upstream}]
`,
  )
  const holdfast = path.join(root, 'packages/gateway/bin/holdfast.js')
  const gateway = spawn(process.execPath, [holdfast, 'serve', '--config', file('holdfast.yaml')], {
    stdio: 'ignore',
  })
  try {
    await reachable(port)
    await reachable(mutualPort)
    run(process.execPath, holdfast, 'keys', 'ca', '--config', file('holdfast.yaml'))
    const found = [
      ...(await findings('public', port, [ownChain])),
      ...(await findings('mutual', mutualPort, [ownChain, needsCertificate])),
    ]
    process.exitCode = found.length === 0 ? 0 : 1
  } finally {
    gateway.kill('SIGTERM')
    await once(gateway, 'exit')
    backend.close()
  }
} finally {
  rmSync(folder, { recursive: true })
}
