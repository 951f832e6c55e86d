/** Every code block of the guides is checked: TypeScript by the compiler, configurations by the gateway, commands by their help. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseConfig } from '@holdfast/gateway'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runHere } from '../packages/gateway/test/holdfast-here.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['README.md', 'docs/choosing.md', 'docs/integrate.md', 'docs/operate.md']

type Block = { readonly name: string; readonly language: string; readonly text: string }

const blocks: Block[] = pages.flatMap((page) => {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(({ index, 1: info = '', 2: code = '' }) => ({
    name: `${page}:${text.slice(0, index).split('\n').length}`,
    language: info.split(' ')[0] ?? '',
    text: code,
  }))
})
const blocksIn = (...languages: string[]): Block[] =>
  blocks.filter(({ language }) => languages.includes(language))

/** What the app around a block brings along. */
const surroundings = `declare const thisKey: string, nextKey: string, directory: string
declare const activationCode: string, oneTimeText: string, to: string, cents: number
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-docs-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const name of ['accounts-secret', 'sms-secret', 'orders-secret', 'keys-secret', 'keys-pin'])
    writeFileSync(join(folder, name), `${'s'.repeat(43)}\n`, { mode: 0o600 })
  writeFileSync(join(folder, 'database-url'), 'postgres://holdfast@127.0.0.1/holdfast\n')
  writeFileSync(join(folder, 'redis-url'), 'redis://127.0.0.1:6379\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** GitHub's name for a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const links = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].map(
    ([, file = '', fragment]) => ({
      at: `${page}: ${file}#${fragment ?? ''}`,
      target: file === '' ? join(root, page) : join(root, dirname(page), file),
      fragment,
    }),
  ),
)

it.each(links)('leads somewhere: $at', ({ target, fragment }) => {
  expect(existsSync(target)).toBe(true)
  if (fragment === undefined) return
  const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    anchor(text),
  )
  expect(headings).toContain(fragment)
})

it('finds the blocks, and knows each language it finds', () => {
  const known = new Set(['ts', 'js', 'yaml', 'sh', '', 'http', 'text', 'json'])
  expect(blocks.length).toBeGreaterThan(15)
  expect(blocks.filter(({ language }) => !known.has(language))).toEqual([])
})

it('TypeScript compiles against the packages', () => {
  blocksIn('ts').forEach(({ text }, i) =>
    writeFileSync(join(folder, `block-${i}.ts`), `${text}\nexport {}\n`),
  )
  writeFileSync(join(folder, 'surroundings.d.ts'), surroundings)
  const options = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    noEmit: true,
  }
  const compilerOptions = {
    ...options,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    types: ['node'],
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
  })
  const named = stdout.replaceAll(/\S*block-(\d+)\.ts/g, (_, i) => blocksIn('ts')[Number(i)]?.name ?? '')
  expect(named).toBe('')
})

it.each(blocksIn('js'))('JavaScript parses: $name', ({ text }) => {
  const file = join(folder, 'block.mjs')
  writeFileSync(file, text)
  execFileSync(process.execPath, ['--check', file])
})

/** A part of a configuration stands in this one. */
const whole: Readonly<Record<string, string>> = {
  origin: 'https://api.bank.example',
  listen: '{ port: 8080 }',
  keys: '{ kind: file, secretFile: ./keys-secret }',
  upstreams:
    '[{ name: accounts, url: "http://127.0.0.1:9000", identity: { mode: hmac-sha256, secretFile: ./accounts-secret } }]',
  outbox: '{ kind: webhook, url: https://sms.bank.example/send, secretFile: ./sms-secret }',
}

it.each(blocksIn('yaml'))('a configuration the gateway takes: $name', ({ text }) => {
  const missing = Object.entries(whole).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(text))
  const lines = missing.map(([key, value]) => `${key}: ${value}\n`)
  parseConfig(join(folder, 'holdfast.yaml'), lines.join('') + text)
})

describe('commands', () => {
  const commands = [...blocksIn('sh'), ...blocksIn('')].flatMap(({ name, text }) =>
    [...text.matchAll(/^(?:npx )?(holdfast|npm) (.*?)(?:\s+#.*|\s+\|.*)?$/gm)].map(
      ([line, program, words]) => ({
        at: `${name}: ${line}`,
        program: program ?? '',
        words: (words ?? '').split(/\s+/),
      }),
    ),
  )
  const helps = new Map<string, string>()
  /** Of one word, or of two where the second has help of its own. */
  async function helpOf(command: string): Promise<string> {
    const known = helps.get(command)
    if (known !== undefined) return known
    const { code, out } = await runHere(root, ...command.split(' '), '--help')
    expect(code).toBe(0)
    helps.set(command, out)
    return out
  }

  it.each(blocksIn('sh'))('parse: $name', ({ text }) => {
    execFileSync('bash', ['-n'], { input: text })
  })

  it.each(commands.filter(({ program }) => program === 'holdfast'))(
    'has help for all of: $at',
    async ({ words }) => {
      const [command = '', ...rest] = words
      const help = await helpOf(rest[0] === 'pins' ? `${command} pins` : command)
      for (const option of rest.filter((word) => word.startsWith('--'))) expect(help).toContain(`  ${option}`)
      const act = rest[0] ?? ''
      if (['add', 'remove', 'rotate'].includes(act)) expect(help).toContain(act)
    },
  )

  it.each(commands.filter(({ program }) => program === 'npm'))('is a script: $at', ({ words }) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }
    expect(Object.keys(scripts)).toContain(words[0] === 'run' ? words[1] : words[0])
  })
})
