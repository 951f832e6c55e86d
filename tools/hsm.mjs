// Why: the suites of keys in an HSM need graphene-pk11, which is compiled. It is an optional peer, so that nobody needs a compiler
// for `npm start` and `npm test`; this puts it beside the rest without touching manifest or lock.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { ensureInstalled, root, run } from './ensure.mjs'

const manifest = JSON.parse(readFileSync(path.join(root, 'packages/server/package.json'), 'utf8'))
const library = `graphene-pk11@${manifest.peerDependencies['graphene-pk11']}`

/** In a process of its own: one that looked in vain remembers it. */
function loads() {
  const { status } = spawnSync(process.execPath, ['-e', "require('graphene-pk11')"], { cwd: root })
  return status === 0
}

ensureInstalled()
if (!loads()) {
  console.log(`holdfast: installing ${library} (compiled, some 20 seconds) …`)
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', library])
}
if (!loads()) {
  console.error('holdfast: graphene-pk11 was installed and does not load')
  process.exit(1)
}
console.log('holdfast: graphene-pk11 loads; the SoftHSM suites run where softhsm2 is installed, too')
