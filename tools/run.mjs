// Why: `npm run attack` and `npm run bench` work in a fresh clone too. Usage: node tools/run.mjs <workspace> [arguments]
import path from 'node:path'
import { ensureBuilt, root, run } from './ensure.mjs'

const [workspace, ...args] = process.argv.slice(2)
ensureBuilt(workspace)
run(process.execPath, [path.join(root, workspace, 'dist/run.js'), ...args])
