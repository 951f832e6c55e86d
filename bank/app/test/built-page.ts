/** A page of the bank as Vite builds it, for every suite that serves it. */
import { execFile } from 'node:child_process'
import { copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { copyPrepared, prepared } from '../../api/test/prepared.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const vite = join(root, 'node_modules/vite/bin/vite.js')

const madeOf = {
  'bank/app': ['src', 'public', 'index.html', 'vite.config.ts'].map((name) => `bank/app/${name}`),
  'bank/console': ['src', 'vite.config.ts'].map((name) => `bank/console/${name}`),
}
const packages = ['packages/core/dist', 'packages/client/dist']

/** A folder to serve, and not to write to. */
export function builtPage(of: keyof typeof madeOf): Promise<string> {
  return prepared({
    name: `${of.replace('/', '-')}-page`,
    from: [...madeOf[of], ...packages],
    async make(folder) {
      const args = [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error']
      const env = { ...process.env, NODE_ENV: 'production' }
      await promisify(execFile)(process.execPath, args, { cwd: join(root, of), env })
    },
  })
}

const fastStretch = 'packages/client/test/web/pages/insecure-fast-stretch.js'

/** The app's page, but for the worker that stretches passcodes. */
export function insecureFastPage(): Promise<string> {
  return prepared({
    name: 'fast-app-page',
    from: [...madeOf['bank/app'], ...packages, fastStretch],
    async make(folder) {
      copyPrepared(await builtPage('bank/app'), folder)
      const assets = readdirSync(join(folder, 'assets'))
      const [worker, ...others] = assets.filter((name) => name.startsWith('stretch-worker-'))
      if (worker === undefined || others.length > 0) throw new Error('the page has not one worker to stretch')
      copyFileSync(join(root, fastStretch), join(folder, 'assets', worker))
    },
  })
}
