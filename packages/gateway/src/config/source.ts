/** YAML text into plain values that remember where they stood, so that every complaint names its line. */
import { isCollection, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'

export type ConfigPath = readonly (string | number)[]
/** `path` is where in the configuration, `problem` what is expected there. */
export type ConfigProblem = { readonly path: ConfigPath; readonly problem: string }

export type ConfigSource = {
  readonly value: unknown
  /** Faults of the YAML itself, already placed. When there are any, `value` means nothing. */
  readonly faults: readonly string[]
  /** `file:line:column: path: problem`, sorted by place. */
  place(problems: readonly ConfigProblem[]): string[]
}

/** One YAML document of plain maps, lists and scalars: aliases, anchors and tags are refused, for they hide what counts. */
export function readSource(file: string, text: string): ConfigSource {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    merge: false,
  })
  const where = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const faults = [...document.errors, ...document.warnings].map(
    ({ pos, message }) => `${where(pos[0])}: ${message}`,
  )
  const refuse = (node: Node, what: string): void => {
    faults.push(`${where(node.range?.[0] ?? 0)}: ${what} are not allowed here; write the value itself`)
  }
  visit(document, {
    Alias: (_key, node) => refuse(node, 'aliases (*name)'),
    Value: (_key, node) => {
      if (node.anchor !== undefined) refuse(node, 'anchors (&name)')
      else if (node.tag !== undefined && document.warnings.length === 0) refuse(node, 'tags (!name)')
    },
  })

  function offsetOf(path: ConfigPath): number {
    let node: unknown = document.contents
    let offset = 0
    for (const step of path) {
      if (!isCollection(node)) break
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
        : undefined
      if (pair !== undefined && isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      const next: unknown = isMap(node) ? pair?.value : node.items[Number(step)]
      // A missing key is complained about where its map begins.
      if (!isNode(next)) break
      if (pair === undefined) offset = next.range?.[0] ?? offset
      node = next
    }
    return offset
  }

  return {
    value: faults.length > 0 ? undefined : document.toJS(),
    faults,
    place: (problems: readonly ConfigProblem[]): string[] =>
      problems
        .map(({ path, problem }) => ({ offset: offsetOf(path), path, problem }))
        .sort((a, b) => a.offset - b.offset)
        .map(({ offset, path, problem }) => `${where(offset)}: ${nameOf(path)}: ${problem}`),
  }
}

/** `routes[2].path`, or `the file` for the whole. */
function nameOf(path: ConfigPath): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  return name === '' ? 'the file' : name.replace(/^\./, '')
}
