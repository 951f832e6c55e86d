// Why: the first command a newcomer types. Installs, builds, then runs the main job on real HTTP traffic.
import path from 'node:path'
import { ensureBuilt, root, run } from './ensure.mjs'

ensureBuilt('examples/main-job')
run(process.execPath, [path.join(root, 'examples/main-job/dist/run.js'), ...process.argv.slice(2)])
