/** Tokens of SoftHSM, each in a folder of its own; the module reads where they are from the environment of its process. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const modules = [
  process.env['HOLDFAST_TEST_SOFTHSM'],
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/softhsm/libsofthsm.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]
const softhsmModule: string | undefined = modules.find((path) => path !== undefined && existsSync(path))

function isInstalled(library: string): boolean {
  try {
    createRequire(import.meta.url).resolve(library)
    return true
  } catch {
    return false
  }
}

export const softhsmReachable: boolean = softhsmModule !== undefined && isInstalled('graphene-pk11')
/** For the name of a suite: says aloud why it was left out. */
export const softhsmNeeded = 'SoftHSM (skipped where softhsm2 or graphene-pk11 is not installed)'

export type SoftToken = {
  readonly module: string
  readonly label: string
  readonly pin: string
  /** For child processes: this process has it already. */
  readonly environment: Readonly<Record<string, string>>
  /** As when somebody pulls the cable. */
  unplug(): void
  plug(): void
  remove(): void
}

/** One for each test process: SoftHSM reads its configuration once. */
export function createSoftToken(label = 'holdfast test'): SoftToken {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-hsm-'))
  const tokens = join(folder, 'tokens')
  const away = join(folder, 'away')
  const conf = join(folder, 'softhsm2.conf')
  mkdirSync(tokens)
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  const environment = { SOFTHSM2_CONF: conf }
  Object.assign(process.env, environment)
  const pin = 'a pin of the test'
  const init = ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', 'another pin']
  execFileSync('softhsm2-util', init, { stdio: 'ignore' })
  return {
    module: softhsmModule as string,
    label,
    pin,
    environment,
    unplug: () => renameSync(tokens, away),
    plug: () => renameSync(away, tokens),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
