import type { Platform, SqlPort } from '../../ports.ts'
import { hex, type MakeDevice, outcomeOf, present, type TestRunner } from './runner.ts'

const sqlOf = ({ sql }: Platform): SqlPort => present(sql)

export function sqlContract(make: MakeDevice, { describe, it, expect }: TestRunner): void {
  describe('SQL', () => {
    it('keeps what was written, over a restart', async () => {
      const { platform, restart } = await make()
      const key = platform.crypto.random(32)
      expect(await sqlOf(platform).exists('bank')).toBe(false)
      const database = await sqlOf(platform).open('bank', key)
      await database.exec(
        'create table rows (id integer primary key, name text, amount real, seal blob, note text)',
      )
      await database.exec('insert into rows values (?, ?, ?, ?, ?)', [
        1,
        'Ann',
        2.5,
        new Uint8Array([0, 255]),
        null,
      ])
      await database.close()
      const again = await sqlOf(await restart()).open('bank', key)
      const [row] = await again.exec('select name, amount, seal, note from rows where id = ?', [1])
      await again.close()
      expect([row?.['name'], row?.['amount'], row?.['note']]).toEqual(['Ann', 2.5, null])
      expect(hex(row?.['seal'] as Uint8Array)).toBe('00ff')
      expect(await sqlOf(platform).exists('bank')).toBe(true)
    })

    it('opens under its key alone', async () => {
      const { platform } = await make()
      const [key, other] = [platform.crypto.random(32), platform.crypto.random(32)]
      const database = await sqlOf(platform).open('bank', key)
      await database.exec('create table rows (id integer)')
      await database.close()
      expect(await outcomeOf(sqlOf(platform).open('bank', other))).toBe('vault_damaged')
      const again = await sqlOf(platform).open('bank', key)
      await again.rekey(other)
      await again.exec('insert into rows values (1)')
      await again.close()
      expect(await outcomeOf(sqlOf(platform).open('bank', key))).toBe('vault_damaged')
      const last = await sqlOf(platform).open('bank', other)
      expect((await last.exec('select id from rows')).length).toBe(1)
      await last.close()
    })

    it('runs a batch as a whole or not at all, and calls one after another', async () => {
      const { platform } = await make()
      const database = await sqlOf(platform).open('bank', platform.crypto.random(32))
      await database.batch([
        ['create table rows (id integer primary key)'],
        ['insert into rows values (?)', [1]],
      ])
      const broken = database.batch([['insert into rows values (2)'], ['insert into rows values (1)']])
      expect((await outcomeOf(broken)) === 'passed').toBe(false)
      await Promise.all(
        Array.from({ length: 20 }, (_, i) => database.exec('insert into rows values (?)', [i + 10])),
      )
      expect((await database.exec('select id from rows')).length).toBe(21)
      await database.close()
    })

    it('gives the rows of each statement, and says what is wrong with one', async () => {
      const { platform } = await make()
      const database = await sqlOf(platform).open('bank', platform.crypto.random(32))
      const rows = await database.batch([['select 1 as one'], ['select ? as two', ['b']]])
      expect(rows.map(([row]) => row?.['one'] ?? row?.['two'])).toEqual([1, 'b'])
      expect(await outcomeOf(database.exec('selekt 1'))).toBe('TypeError')
      expect(await database.exec('select 2 as two')).toEqual([{ two: 2 }])
      await database.close()
    })

    it('is open once at a time', async () => {
      const { platform, restart } = await make()
      const key = platform.crypto.random(32)
      const database = await sqlOf(platform).open('bank', key)
      await database.exec('create table rows (id integer)')
      const other = sqlOf(await restart())
      for (const sql of [sqlOf(platform), other]) {
        expect(await outcomeOf(sql.open('bank', key))).toBe('vault_unavailable')
        expect(await outcomeOf(sql.remove('bank'))).toBe('vault_unavailable')
      }
      await database.close()
      const again = await other.open('bank', key)
      expect((await again.exec('select id from rows')).length).toBe(0)
      await again.close()
    })

    it('removes a database, and makes another of this name', async () => {
      const { platform } = await make()
      const database = await sqlOf(platform).open('bank', platform.crypto.random(32))
      await database.exec('create table rows (id integer)')
      await database.close()
      await sqlOf(platform).remove('bank')
      expect(await outcomeOf(sqlOf(platform).remove('bank'))).toBe('passed')
      expect(await sqlOf(platform).exists('bank')).toBe(false)
      const next = await sqlOf(platform).open('bank', platform.crypto.random(32))
      expect((await next.exec('select name from sqlite_master')).length).toBe(0)
      await next.close()
    })
  })
}
