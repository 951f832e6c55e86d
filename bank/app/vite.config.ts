/** The app for a browser. The phones' bundles are made by Metro from the same sources, with `.native` in the place of `.web`. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** `./X.tsx` is `./X.web.tsx` where there is one: what differs between phone and browser comes in pairs. */
function webHalf(): Plugin {
  return {
    name: 'web-half',
    enforce: 'pre',
    resolveId(specifier, importer) {
      if (importer === undefined || !/^\.{1,2}\/.*\.tsx?$/.test(specifier)) return null
      const file = path.resolve(path.dirname(importer), specifier).replace(/\.(tsx?)$/, '.web.$1')
      return existsSync(file) ? file : null
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [webHalf(), react()],
  define: { __DEV__: 'false', global: 'globalThis' },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/web',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    // The policy of the page takes nothing from data: URLs but pictures.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
  },
})
