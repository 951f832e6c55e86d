/** What an app's bundler makes of the client: esbuild, each worker an entry of its own beside the page, nothing inline. */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type BuildOptions, type Metafile } from 'esbuild'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** As in docs/integrate.md 3.7. */
export const webBuild = {
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  loader: { '.wasm': 'copy' },
} satisfies BuildOptions
/** Entries by the names the page and its workers ask for. */
export const webWorkers: Readonly<Record<string, string>> = {
  'stretch-worker': '@holdfast/client/web/stretch-worker',
  'sql-worker': '@holdfast/client/web/sql-worker',
  'mc-wa-sqlite': '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm',
}

/** In the place of its worker: passcodes are stretched in no time, and badly. */
const insecureFastStretch = {
  'stretch-worker': fileURLToPath(new URL('pages/insecure-fast-stretch.js', import.meta.url)),
}

/** Contents by file name: all lie in one folder. */
export type Bundle = { readonly files: ReadonlyMap<string, Uint8Array>; readonly metafile: Metafile }

const none: Metafile = { inputs: {}, outputs: {} }

/** `source`, in JavaScript, becomes `page.js`. */
export async function bundle(
  source: string,
  options: BuildOptions,
  workers: Readonly<Record<string, string>> = {},
): Promise<Bundle> {
  const page = 'holdfast:page'
  const { outputFiles = [], metafile = none } = await build({
    bundle: true,
    splitting: true,
    absWorkingDir: root,
    logLevel: 'silent',
    entryPoints: { page, ...workers },
    outdir: '.',
    write: false,
    metafile: true,
    plugins: [
      {
        name: 'page',
        setup(esbuild): void {
          esbuild.onResolve({ filter: /^holdfast:page$/ }, () => ({ path: page, namespace: 'page' }))
          esbuild.onLoad({ filter: /.*/, namespace: 'page' }, () => ({
            contents: source,
            resolveDir: root,
            loader: 'js',
          }))
        },
      },
    ],
    ...options,
  })
  return { files: new Map(outputFiles.map(({ path, contents }) => [basename(path), contents])), metafile }
}

export type PageKind = {
  /** For suites that type many passcodes and look at something else. */
  readonly insecureFastStretch?: boolean
}

/**
 * `entry` exports `api`, an object of functions; the page has them as `window.hf`. What the page's CSP refuses is in `window.hfRefused`.
 */
export function bundlePage(entry: string, kind: PageKind = {}): Promise<Bundle> {
  const source = `import { api } from ${JSON.stringify(entry)}
const refused = []
addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective + ' ' + event.blockedURI))
Object.assign(globalThis, { hf: api, hfRefused: refused })`
  const fast = kind.insecureFastStretch === true ? insecureFastStretch : {}
  return bundle(source, webBuild, { ...webWorkers, ...fast })
}
