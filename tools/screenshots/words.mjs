/** The app's own words, so that a tour finds what it presses in every language, and does not go on when a word has changed. */
import path from 'node:path'
import { build } from 'esbuild'
import { root } from '../ensure.mjs'

/** @param {'en' | 'de'} language */
export async function readWords(language) {
  const entry = path.join(root, `bank/app/src/words/${language}.ts`)
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false })
  const module = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
  )
  return module[language]
}
