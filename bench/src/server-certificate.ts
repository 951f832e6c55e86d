/** The certificate of the bench's TLS servers, made by the openssl command: P-256, signed by itself. */

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serverName } from './connection.ts'

/** Why none can be made, or undefined. */
export function withoutOpenssl(): string | undefined {
  return spawnSync('openssl', ['version']).status === 0 ? undefined : 'no openssl command'
}

/** Writes server.key and server.pem into the folder and returns the certificate. */
export function makeServerCertificate(folder: string): string {
  const [key, cert] = [join(folder, 'server.key'), join(folder, 'server.pem')]
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${serverName}`
  const names = ['-addext', `subjectAltName=DNS:${serverName}`, '-keyout', key, '-out', cert]
  execFileSync('openssl', [...words.split(' '), ...names], { stdio: 'ignore' })
  return readFileSync(cert, 'utf8')
}
