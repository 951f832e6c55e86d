/** Where the product lies as it is shipped: its packages, and what is attacked beside them. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { shippedNeighbour } from './neighbours.ts'

/** In that directory. */
export const packageNames: readonly string[] = ['core', 'client', 'server', 'gateway']

/** The directory that holds the packages of the product. */
export function productDirectory(): string {
  const entry = createRequire(import.meta.url).resolve('@holdfast/core')
  return dirname(dirname(dirname(entry)))
}

function fileIn(directory: string, path: string): string {
  const [name = '', ...rest] = path.split('/')
  return join(directory, name, 'dist', ...rest)
}

/** Where a file a weakening names lies as it is shipped. */
export function shippedFile(path: string): string {
  return shippedNeighbour(path) ?? fileIn(productDirectory(), path)
}

/** A file of a package: the copy's where `directory` holds one, else the shipped one. */
export function packageFile(directory: string, path: string): string {
  const copied = fileIn(directory, path)
  return existsSync(copied) ? copied : shippedFile(path)
}
