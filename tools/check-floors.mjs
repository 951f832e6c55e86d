// Why: the house stays livable only while every import points down. This holds the law of ARCHITECTURE.md:
// packages only import those below them, by public entry points; no circles; nobody imports an index.ts from inside.
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './ensure.mjs'

const below = {
  'packages/core': [],
  'packages/client': ['core'],
  'packages/server': ['core'],
  'packages/gateway': ['core', 'server'],
  attacks: ['core', 'client', 'server', 'gateway'],
  bench: ['core', 'client', 'server', 'gateway'],
  'bank/api': [],
  'bank/app': ['core', 'client'],
  'bank/console': [],
  'bank/demo': ['core', 'client', 'gateway'],
}
const badNames = /(^|\/)(utils?|helpers?|common|shared|types)(\/|\.tsx?$)/
const problems = []

function importsOf(file) {
  const source = readFileSync(path.join(root, file), 'utf8')
  return [
    ...source.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:\bfrom\s*)?['"]([^'"]+)['"]|\bfrom\s+['"]([^'"]+)['"]/g,
    ),
  ].map((match) => match[1] ?? match[2])
}

function filesOf(folder) {
  return readdirSync(path.join(root, folder, 'src'), { recursive: true })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/src/${file.split(path.sep).join('/')}`)
}

function checkFile(file, folder, graph) {
  if (badNames.test(file)) problems.push(`${file}: name the thing, not "utils"`)
  const isTest = /\.test\.tsx?$/.test(file)
  for (const target of importsOf(file)) {
    if (target.startsWith('@holdfast/')) {
      const [, name] = target.split('/')
      if (!isTest && !below[folder].includes(name)) problems.push(`${file}: may not import ${target}`)
    } else if (target.startsWith('.')) {
      const found = path.posix.join(path.posix.dirname(file), target)
      if (!found.startsWith(`${folder}/`)) problems.push(`${file}: reaches out of its package to ${found}`)
      if (!isTest && found.endsWith('/index.ts') && !file.endsWith('/index.ts'))
        problems.push(`${file}: imports the index ${found}`)
      graph.set(file, [...(graph.get(file) ?? []), found])
    }
  }
}

function findCircles(graph) {
  const done = new Set()
  const visit = (file, trail) => {
    if (trail.includes(file))
      problems.push(`circle: ${[...trail.slice(trail.indexOf(file)), file].join(' → ')}`)
    if (done.has(file) || trail.includes(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
}

let count = 0
for (const folder of Object.keys(below)) {
  const graph = new Map()
  for (const file of filesOf(folder)) {
    count++
    checkFile(file, folder, graph)
  }
  findCircles(graph)
}
for (const problem of problems) console.error(problem)
console.log(`floors: ${count} files, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
