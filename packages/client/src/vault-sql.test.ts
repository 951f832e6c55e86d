import { describe, expect, it } from 'vitest'
import type { SqlDatabase, SqlRow } from './ports.ts'
import { codeOf, open, session, vaultId, virtualPhone } from '../test/vault.ts'

const setUp = async () => {
  const phone = virtualPhone()
  await session(phone, async ({ vault }) => {
    await vault.sql.exec('CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)')
    await vault.sql.batch(
      Array.from({ length: 200 }, (_, i) => ['INSERT INTO t VALUES (?, ?)', [i, 'x'.repeat(100)]]),
    )
  })
  return phone
}

describe('the vault’s SQL', () => {
  it('has every kind of value', async () => {
    await session(virtualPhone(), async ({ vault: { sql } }) => {
      const values = [
        null,
        0,
        -1,
        2 ** 31,
        -(2 ** 53) + 1,
        2n ** 63n - 1n,
        -(2n ** 63n),
        1.5,
        '',
        'a\0b \u{1f511}',
      ]
      const names = values.map((_, i) => `c${i}`)
      await sql.exec(`CREATE TABLE t (${names.join()}, bytes BLOB, empty BLOB)`)
      const bytes = new Uint8Array([0, 1, 255])
      const [returned] = await sql.exec(
        `INSERT INTO t VALUES (${values.map(() => '?').join()}, ?, ?) RETURNING *`,
        [...values, bytes, new Uint8Array(0)],
      )
      const row = {
        ...Object.fromEntries(names.map((name, i) => [name, values[i]])),
        bytes,
        empty: new Uint8Array(0),
      }
      expect(returned).toEqual(row)
      expect(await sql.exec('SELECT * FROM t')).toEqual([row])
    })
  })

  it('gives the rows of a batch, which is all or nothing', async () => {
    await session(await setUp(), async ({ vault: { sql } }) => {
      const rows = await sql.batch([
        ['DELETE FROM t WHERE a < ? RETURNING a', [2]],
        ['SELECT count(*) AS n FROM t'],
      ])
      expect(rows).toEqual([[{ a: 0 }, { a: 1 }], [{ n: 198 }]])
      const broken = sql.batch([['DELETE FROM t'], ['INSERT INTO t VALUES (1, 2), (1, 2)']])
      await expect(broken).rejects.toThrow('UNIQUE constraint failed: t.a')
      await expect(broken).rejects.toThrow(TypeError)
      expect(await sql.exec('SELECT count(*) AS n FROM t')).toEqual([{ n: 198 }])
    })
  })

  it('takes one statement with its parameters, and none of the vault’s own', async () => {
    await session(await setUp(), async ({ vault: { sql } }) => {
      for (const wrong of [
        '',
        ' -- nothing\n',
        'SELECT 1; SELECT 2',
        'SELEC 1',
        'SELECT ?',
        'SELECT 1\0',
        'BEGIN',
        '/* so */ COMMIT',
        'SAVEPOINT a',
        "ATTACH 'x' AS y",
        'PRAGMA journal_mode = off',
        'PRAGMA rekey = "x"',
        'PRAGMA main.key = "x"',
        'PRAGMA cipher = "aes128cbc"',
        "SELECT load_extension('x')",
        "; ATTACH 'x' AS y",
        "SELECT $a('); ATTACH 'x' AS y; --')",
      ])
        await expect(sql.exec(wrong), wrong).rejects.toThrow(TypeError)
      await expect(sql.batch([['DELETE FROM t'], ['COMMIT']])).rejects.toThrow(TypeError)
      await expect(sql.exec('SELECT ?', [true as never])).rejects.toThrow(TypeError)
      await expect(sql.exec('SELECT ?', [2n ** 63n])).rejects.toThrow(TypeError)
      expect(await sql.exec('SELECT count(*) AS n FROM t; ')).toEqual([{ n: 200 }])
      await sql.exec('PRAGMA user_version = 3')
      expect(await sql.exec('PRAGMA user_version')).toEqual([{ user_version: 3 }])
    })
  })

  it('hands on one statement, also to a database that would run them all', async () => {
    const phone = await setUp()
    const run: string[] = []
    let watching = false
    const platform = {
      ...phone.platform,
      sql: {
        ...phone.sql,
        async open(name: string, key: Uint8Array): Promise<SqlDatabase> {
          const database = await phone.sql.open(name, key)
          return {
            ...database,
            async exec(sql, parameters): Promise<SqlRow[]> {
              if (!watching) return database.exec(sql, parameters)
              run.push(sql)
              return []
            },
          }
        },
      },
    }
    await session({ ...phone, platform }, async ({ vault: { sql } }) => {
      watching = true
      for (const several of [
        "SELECT 1; ATTACH 'x' AS y",
        "SELECT ';'; ATTACH 'x' AS y",
        "SELECT 'a''b'; -- \n ATTACH 'x' AS y",
        'SELECT 1 /*/ ; */; PRAGMA key = 1',
        'SELECT "a;" , [b;\'], `c;"`; COMMIT',
        "SELECT @a('); ATTACH 'x' AS y --')",
        "SELECT 1 /* '; */; ATTACH 'x' AS y --'",
        'SELECT 1;;\n COMMIT',
        "EXPLAIN CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END; ATTACH 'x' AS y; END",
      ])
        await expect(sql.exec(several), several).rejects.toThrow(TypeError)
      expect(run).toEqual([])
      const single = ['SELECT 1;', 'SELECT \';\', "a;" -- ; (\n ; ; /* ; */ ', 'VALUES (:a, @b, $c, ?)']
      for (const one of single) await sql.exec(one)
      expect(run).toEqual(single)
    })
    await session(phone, async ({ vault: { sql } }) => {
      const body = "BEGIN DELETE FROM t WHERE b = ';'; UPDATE t SET b = CASE WHEN 1 THEN 2 END; END;"
      await sql.exec(`CREATE /* one */ TEMP TRIGGER a AFTER INSERT ON t ${body} -- done`)
      await expect(sql.exec(`CREATE TRIGGER b AFTER INSERT ON t ${body} DROP TABLE t`)).rejects.toThrow(
        TypeError,
      )
    })
  })

  it('writes the manifest for what changes the database, and not for what reads it', async () => {
    const phone = await setUp()
    const manifest = (): Promise<string | null> => phone.storage.get(`vault ${vaultId} manifest`)
    await session(phone, async ({ vault: { sql } }) => {
      const before = await manifest()
      for (const reading of [
        'SELECT 1',
        ' /* a */ -- b\n select 1',
        'VALUES (1)',
        'EXPLAIN DELETE FROM t',
        'WITH c AS (SELECT 1) SELECT * FROM c',
        'PRAGMA user_version',
      ])
        await sql.exec(reading)
      expect(await manifest()).toBe(before)
      let last = before
      for (const writing of [
        'WITH c AS (SELECT 1) DELETE FROM t WHERE a IN c',
        'UPDATE t SET b = 1',
        'CREATE INDEX i ON t (b)',
        'DROP INDEX i',
        'REPLACE INTO t VALUES (1, 2)',
      ]) {
        await sql.exec(writing)
        expect(await manifest(), writing).not.toBe(last)
        last = await manifest()
      }
    })
  })

  it('is damaged under the wrong key, in plain, and where an octet was changed', async () => {
    const phone = await setUp()
    const { main } = phone.sql.snapshot().get(vaultId) as { main: Uint8Array }
    const put = (bytes: Uint8Array): void =>
      phone.sql.restore(new Map([[vaultId, { main: bytes, journal: new Uint8Array(0) }]]))
    const plain = new Uint8Array(main.length)
    plain.set(new TextEncoder().encode('SQLite format 3\0'))
    put(plain)
    expect(await codeOf(open(phone))).toBe('vault_damaged')
    // In each page, of which the last 80 octets are its IV and tag.
    const outcomes = new Set<string>()
    for (let page = 0; page < main.length / 4096; page++) {
      for (const offset of [0, 100, 4000, 4020, 4095 - 16]) {
        const changed = main.slice()
        const at = page * 4096 + offset
        changed[at] = (changed[at] as number) ^ 1
        put(changed)
        const reading = session(phone, ({ vault: { sql } }) => sql.exec('SELECT max(b) FROM t'))
        outcomes.add(await codeOf(reading))
      }
    }
    expect([...outcomes]).toEqual(['vault_damaged'])
    const [one, two] = [main.slice(4096, 8192), main.slice(8192, 12_288)]
    const swapped = main.slice()
    swapped.set(two, 4096)
    swapped.set(one, 8192)
    put(swapped)
    expect(await codeOf(session(phone, ({ vault: { sql } }) => sql.exec('SELECT max(b) FROM t')))).toBe(
      'vault_damaged',
    )
    put(main)
    expect(await codeOf(session(phone, ({ vault: { sql } }) => sql.exec('SELECT max(b) FROM t')))).toBe(
      'passed',
    )
  })

  it('keeps what it said is durable when the manifest cannot be written, and then writes no more', async () => {
    const phone = await setUp()
    await session(phone, async ({ vault: { sql } }) => {
      phone.storage.failWrites(2)
      await sql.exec("INSERT INTO t VALUES (1000, 'kept')")
      expect(await codeOf(sql.exec("INSERT INTO t VALUES (1001, 'refused')"))).toBe('vault_unavailable')
      expect(await sql.exec('SELECT a FROM t WHERE a >= 1000')).toEqual([{ a: 1000 }])
      await sql.exec("INSERT INTO t VALUES (1002, 'kept')")
      phone.storage.failWrites(2)
      await sql.exec("INSERT INTO t VALUES (1003, 'kept')")
    })
    phone.storage.failWrites(0)
    await session(phone, async ({ vault: { sql } }) => {
      expect(await sql.exec('SELECT a FROM t WHERE a >= 1000')).toEqual([
        { a: 1000 },
        { a: 1002 },
        { a: 1003 },
      ])
    })
  })

  it('is unavailable where there is none', async () => {
    const phone = virtualPhone()
    const { openVault } = await import('./vault.ts')
    const { vault, close } = await openVault({
      platform: { ...phone.platform, sql: null },
      id: vaultId,
      key: new Uint8Array(32),
      mark: { known: 0, next: 1 },
    })
    expect(await codeOf(vault.sql.exec('SELECT 1'))).toBe('vault_unavailable')
    await vault.preferences.set('a', 1)
    expect(await vault.preferences.get('a')).toBe(1)
    await close()
  })
})
