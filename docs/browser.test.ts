/** The blocks of docs/integrate.md about browsers, run: the app is built as the page says, and the files are those it asks for. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const page = readFileSync(new URL('integrate.md', import.meta.url), 'utf8')
const section = page.slice(page.indexOf('### 3.7 In a browser'), page.indexOf('## 4 Clients'))
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(section)?.[1] ?? ''

const folder = mkdtempSync(join(tmpdir(), 'holdfast-browser-'))
beforeAll(() => {
  symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'app.ts'), `const [thisKey, nextKey] = ['', '']\n${block('ts')}`)
  writeFileSync(join(folder, 'build.mjs'), block('js'))
  execFileSync(process.execPath, ['build.mjs'], { cwd: folder, stdio: 'pipe' })
})
afterAll(() => rmSync(folder, { recursive: true }))

it('puts every worker where the app looks for it', () => {
  const files = readdirSync(join(folder, 'site'))
  const scripts = files.filter((file) => file.endsWith('.js'))
  const text = scripts.map((file) => readFileSync(join(folder, 'site', file), 'utf8')).join('\n')
  const asked = text.matchAll(/new URL\("(?:\.\/)?([^"]+)", import\.meta\.url\)/g)
  const wanted = Array.from(asked, ([, name = '']) => name)
  expect(wanted).toEqual(expect.arrayContaining(['stretch-worker.js', 'sql-worker.js', 'mc-wa-sqlite.wasm']))
  expect(wanted.filter((name) => !files.includes(name))).toEqual([])
})

it('names the policy the suites of the web platform run under', () => {
  const site = readFileSync(new URL('../packages/client/test/web/site.ts', import.meta.url), 'utf8')
  const [policy = ''] = block('text csp').split('connect-src')
  expect(policy).toContain('script-src')
  expect(site).toContain(policy.trim())
})
