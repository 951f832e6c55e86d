/**
 * The weakened copy: the built packages in a directory of their own, with one defence cut out. The shipped code has no switch
 * for this; an attack that fails against the product proves something only if it works against this copy.
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Weakening } from './attack.ts'

const packages = ['core', 'server', 'gateway', 'client'] as const

export type Copy = {
  /** Holds one directory a package, as `packages/` does. */
  readonly directory: string
  remove(): Promise<void>
}

/** The directory that holds the packages of the product. */
export function productDirectory(): string {
  const entry = createRequire(import.meta.url).resolve('@holdfast/core')
  return dirname(dirname(dirname(entry)))
}

/** Puts every third-party package in reach of the copy, where Node looks for it. */
async function linkDependencies(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of await readdir(from)) {
    if (name !== '@holdfast' && !name.startsWith('.')) await symlink(join(from, name), join(to, name))
  }
}

function isShipped(path: string): boolean {
  return !path.endsWith('.map') && !path.endsWith('.d.ts') && !path.endsWith('.tsbuildinfo')
}

async function copyPackage(name: string, from: string, to: string): Promise<void> {
  await cp(join(from, name, 'package.json'), join(to, name, 'package.json'))
  await cp(join(from, name, 'dist'), join(to, name, 'dist'), { recursive: true, filter: isShipped })
  if (name === 'gateway') await cp(join(from, name, 'bin'), join(to, name, 'bin'), { recursive: true })
  const own = join(from, name, 'node_modules')
  await linkDependencies(own, join(to, name, 'node_modules')).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  })
}

/** The file with the one change. Throws unless the text stands there exactly once. */
export function weakened(source: string, { file, text, instead }: Weakening): string {
  const parts = source.split(text)
  if (text === '' || parts.length !== 2)
    throw new Error(
      `defence moved: ${JSON.stringify(text)} stands ${parts.length - 1} times in ${file}, not once`,
    )
  return parts.join(instead)
}

export async function makeCopy(weakening: Weakening): Promise<Copy> {
  const product = productDirectory()
  const root = await mkdtemp(join(tmpdir(), 'holdfast-weakened-'))
  const directory = join(root, 'node_modules', '@holdfast')
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true })
  try {
    await linkDependencies(join(dirname(product), 'node_modules'), join(root, 'node_modules'))
    for (const name of packages) await copyPackage(name, product, directory)
    const [name, ...path] = weakening.file.split('/')
    const file = join(directory, name as string, 'dist', ...path)
    await writeFile(file, weakened(await readFile(file, 'utf8'), weakening))
    return { directory, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
