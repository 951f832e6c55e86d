/** The console's page, as bank/console/dist/server serves it. */
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: `${import.meta.dirname}/src/page`,
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    // The policy of the page takes nothing from data: URLs.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
})
