/** The vault's database. Each transaction that writes carries a number, which the manifest learns after it: an older file is noticed. */
import { HoldfastError } from '@holdfast/core'
import type { SqlDatabase, SqlRow, SqlValue } from './ports.ts'
import type { Manifest } from './vault-manifest.ts'

export type SqlStatement = readonly [sql: string, parameters?: readonly SqlValue[]]

/** Rejects with `vault_damaged`, `vault_unavailable`, `storage_full`, and TypeError for SQL that is wrong or that a constraint refused. */
export interface VaultSql {
  /** One statement, which is durable when it returns. Transactions are batches. */
  exec(sql: string, parameters?: readonly SqlValue[]): Promise<SqlRow[]>
  /** All or nothing; gives the rows of each statement. */
  batch(statements: readonly SqlStatement[]): Promise<SqlRow[][]>
}

export type OpenSql = { readonly sql: VaultSql; close(): Promise<void> }

const comments = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/
const pragmas =
  /^pragma\s+(?:\w+\.)?(?:user_version|application_id|foreign_keys|foreign_key_list|foreign_key_check|defer_foreign_keys|recursive_triggers|table_info|table_xinfo|table_list|index_list|index_info|index_xinfo|integrity_check|quick_check|optimize|page_count|freelist_count|cache_size)\b/i
/** Our own transactions, our own key, and no file but this one. */
const refused = /^(?:begin|commit|end|rollback|savepoint|release|attach|detach)\b/i

/**
 * What a `;` ends nothing in, as SQLite takes text apart (sqlite.org/lang_expr.html, lang_comment.html): strings, quoted names, comments. A
 * variable such as `$a(')` may hold a quote; nothing here needs one.
 */
const hidden =
  /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[$@#:][\w$:\u0080-\uffff]*\(/g
/** Its body has statements of its own, and ends at the first of these. */
const trigger =
  /^\s*(?:explain\s+(?:query\s+plan\s+)?)?create\s+(?:temp(?:orary)?\s+)?trigger\b[\s\S]*?;\s*end\b/i

/** Some databases run all statements of a text (op-sqlite): then what follows the first would be checked by nobody. */
function checkSingle(sql: string): void {
  const bare = sql.replace(hidden, (part) => {
    if (/^[$@#:]/.test(part)) throw new TypeError('a vault has no such variables')
    return /^(?:--|\/\*)/.test(part) ? ' ' : "''"
  })
  const rest = bare.replace(trigger, '')
  const end = rest.indexOf(';')
  if (end >= 0 && !/^[;\s]*$/.test(rest.slice(end))) throw new TypeError('one statement at a time: use batch')
}

/** A statement taken for a write that is none only costs a number. */
function kindOf(sql: string): 'read' | 'write' {
  checkSingle(sql)
  const bare = sql.replace(comments, '')
  if (refused.test(bare)) throw new TypeError('a vault runs its own transactions: use batch')
  if (/^pragma\b/i.test(bare)) {
    if (!pragmas.test(bare)) throw new TypeError('this PRAGMA belongs to the vault')
    return 'read'
  }
  if (/^with\b/i.test(bare)) return /\b(?:insert|update|delete|replace)\b/i.test(bare) ? 'write' : 'read'
  return /^(?:select|values|explain|vacuum)\b/i.test(bare) ? 'read' : 'write'
}

/** 0 in a database just made. */
async function readMark(database: SqlDatabase): Promise<number> {
  const tables = await database.exec("SELECT 1 FROM sqlite_schema WHERE name = 'holdfast_mark'")
  if (tables.length === 0) return 0
  const mark = (await database.exec('SELECT mark FROM holdfast_mark'))[0]?.['mark']
  if (typeof mark !== 'number') throw new HoldfastError('vault_damaged')
  return mark
}

function marked(mark: number): SqlStatement[] {
  return mark === 1
    ? [
        ['CREATE TABLE holdfast_mark (mark INTEGER NOT NULL)'],
        ['INSERT INTO holdfast_mark (mark) VALUES (1)'],
      ]
    : [['UPDATE holdfast_mark SET mark = ?', [mark]]]
}

/**
 * Rejects with `vault_rolled_back` when the database is older than the manifest, or so much newer that the manifest must be the old one:
 * the database is written first, so a crash leaves it ahead by one. `check` throws once the vault is closed.
 */
export async function openSql(
  database: SqlDatabase,
  manifest: Manifest,
  check: () => void,
): Promise<OpenSql> {
  let mark = await readMark(database)
  let last: Promise<unknown> = Promise.resolve()
  const known = manifest.content.sql
  if (mark < known || mark > known + 1) throw new HoldfastError('vault_rolled_back')

  /** A manifest behind by one is as good as after a crash; before the next write it has to catch up. */
  async function catchUp(): Promise<void> {
    if (manifest.content.sql === mark) return
    await manifest.commit((content) => {
      content.sql = mark
    })
  }
  async function write(statements: readonly SqlStatement[]): Promise<SqlRow[][]> {
    await catchUp()
    const rows = await database.batch([...statements, ...marked(mark + 1)])
    mark += 1
    // The data are durable: what keeps the manifest from being written must not call them lost.
    await catchUp().catch(() => undefined)
    return rows.slice(0, statements.length)
  }
  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const run = last.then(act)
    last = run.catch(() => undefined)
    return run
  }

  await (mark === 0 ? write([]) : catchUp())
  return {
    sql: {
      async exec(sql, parameters = []): Promise<SqlRow[]> {
        check()
        if (kindOf(sql) === 'read') return inTurn(() => database.exec(sql, parameters))
        const [rows] = await inTurn(() => write([[sql, parameters]]))
        return rows as SqlRow[]
      },
      async batch(statements): Promise<SqlRow[][]> {
        check()
        for (const [sql] of statements) kindOf(sql)
        return inTurn(() => write(statements))
      },
    },
    close: () =>
      inTurn(async () => {
        await catchUp().catch(() => undefined)
        await database.close()
      }),
  }
}
