// Why: the first command a newcomer types. Installs, builds, then runs the bank on real HTTP traffic.
import path from 'node:path'
import { ensureBuilt, ensurePages, root, run } from './ensure.mjs'

ensureBuilt('bank/demo')
ensurePages('bank/app', 'bank/console')
run(process.execPath, [path.join(root, 'bank/demo/dist/run.js'), ...process.argv.slice(2)])
