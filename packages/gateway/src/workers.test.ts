import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from '../test/holdfast-here.ts'
import { createPlace, fromBundle, type Place, type Serving } from '../test/holdfast-process.ts'

const admin = 'postgres://postgres@127.0.0.1:5432/postgres'
const database = `holdfast_workers_${randomBytes(6).toString('hex')}`

async function query(text: string): Promise<void> {
  const client = new Client({ connectionString: admin, connectionTimeoutMillis: 2000 })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
const reachable = await query('select 1').then(
  () => true,
  () => false,
)

const config = `
origin: http://127.0.0.1:8080
listen: { port: 0 }
admin: { port: 0 }
store: { kind: postgres, url: "postgres://postgres@127.0.0.1:5432/${database}" }
upstreams: [{ name: accounts, url: "http://127.0.0.1:9", identity: { mode: insecurePlain } }]
outbox: { kind: insecureReadable, file: out.jsonl }
`

describe.skipIf(!reachable)(
  'several workers (needs PostgreSQL on 127.0.0.1:5432)',
  { timeout: 60_000 },
  () => {
    let place: Place
    let gateway: Serving
    beforeAll(async () => {
      await query(`create database ${database}`)
      place = createPlace(config, { command: fromBundle })
      gateway = await place.serve('--workers', '2')
    }, 60_000)
    afterAll(async () => {
      place.clear()
      await query(`drop database ${database} with (force)`)
    })

    /** Each fetch of these opens a connection, so that the primary hands them to the workers in turn. */
    const ask = async (): Promise<number> => {
      const headers = { connection: 'close' }
      const answer = await fetch(`http://127.0.0.1:${gateway.port}/accounts`, { headers })
      await answer.arrayBuffer()
      return answer.status
    }
    const workerPids = (): number[] =>
      [...gateway.output().matchAll(/"pid":(\d+),"msg":"worker started"/g)].map(([, pid]) => Number(pid))
    const measured = async (): Promise<string> => {
      const answer = await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)
      return answer.text()
    }

    it('share one port, one database and one set of figures', async () => {
      // Not the service's Host: refused at the edge by whichever worker gets it.
      for (let i = 0; i < 6; i++) expect(await ask()).toBe(400)
      expect(await measured()).toMatch(/holdfast_refused_total\{code="ambiguous_request"\} 6/)
      const at = ['--admin', `http://127.0.0.1:${gateway.adminPort}`]
      const { out } = await runHere(place.directory, 'devices', '--json', ...at)
      expect(JSON.parse(out)).toEqual({ devices: [], next: null })
    })

    it('replace a worker that was killed', async () => {
      const [first] = workerPids()
      expect(first).toBeGreaterThan(0)
      process.kill(first as number, 'SIGKILL')
      await expect.poll(() => new Set(workerPids()).size, { timeout: 20_000 }).toBe(3)
      for (let i = 0; i < 4; i++) expect(await ask()).toBe(400)
    })

    it('do not start on a port that is taken', async () => {
      const written = config.replace('listen: { port: 0 }', `listen: { port: ${gateway.port} }`)
      const taken = createPlace(written, { command: fromBundle })
      try {
        const { code, err } = await taken.run('serve', '--workers', '2')
        expect(code).toBe(1)
        expect(err).toContain(`cannot listen on 127.0.0.1:${gateway.port} (EADDRINUSE)`)
        expect(err).not.toContain('    at ')
      } finally {
        taken.clear()
      }
    })

    it('end together with status 0', async () => {
      expect(await gateway.stop('SIGTERM')).toMatchObject({ code: 0, err: '' })
      await expect(ask()).rejects.toThrow()
    })
  },
)
