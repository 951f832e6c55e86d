/** Inputs near valid ones: most hostile input is a good message with one thing changed. */
import * as fc from 'fast-check'

const characters = fc.constantFrom(
  ...Array.from(
    'aAzZ09-_.~=+/:;,"\'()[]{}<>@%?#&*!|\\^` \t\r\n\u0000\u007f\u0080é\u0131\u017f\u212a\u2028\ufeff\ud83d\ude00',
  ),
  '\ud800',
  ', ',
  '//',
  '/../',
  '%2f',
  '%00',
  'hf=',
  ';tag="holdfast"',
  '"":',
  '==',
)

/** Anything: hostile pieces run together. */
export const hostileText: fc.Arbitrary<string> = fc.string({ unit: characters, maxLength: 60 })

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 6 }),
  insert: fc.oneof(fc.constant(''), characters, hostileText),
  repeat: fc.integer({ min: 1, max: 3 }),
})

/** The text itself, or with up to three cuts and insertions. */
export function near(valid: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(valid, fc.array(edit, { maxLength: 3 })).map(([text, edits]) => {
    let changed = text
    for (const { at, remove, insert, repeat } of edits) {
      const place = Math.floor(at * (changed.length + 1))
      changed = changed.slice(0, place) + insert.repeat(repeat) + changed.slice(place + remove)
    }
    return changed
  })
}

const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    1e300,
    '',
    '0',
    [],
    {},
    [[]],
    { __proto__: null },
    'a'.repeat(5000),
  ),
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
)

type Node = Record<string, unknown>

function places(value: unknown, path: readonly string[] = []): Array<readonly string[]> {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => places(inner, [...path, key]))]
}

function change(
  root: unknown,
  path: readonly string[],
  edited: (parent: Node, key: string) => void,
): unknown {
  if (path.length === 0) return root
  const copy = structuredClone(root) as Node
  let parent = copy
  for (const key of path.slice(0, -1)) parent = parent[key] as Node
  edited(parent, path.at(-1) as string)
  return copy
}

/** The JSON value itself, or with one member replaced, removed, renamed, added to or edited as text. */
export function nearJson(valid: unknown): fc.Arbitrary<unknown> {
  const path = fc.constantFrom(...places(valid))
  const member = path.filter(({ length }) => length > 0)
  return fc.oneof(
    fc.constant(valid),
    values,
    fc
      .tuple(member, values)
      .map(([at, value]) => change(valid, at, (parent, key) => void (parent[key] = value))),
    member.map((at) => change(valid, at, (parent, key) => void delete parent[key])),
    fc
      .tuple(member, hostileText, values)
      .map(([at, name, value]) => change(valid, at, (parent) => void (parent[name] = value))),
    member.chain((at) => {
      const old = at.reduce<unknown>((value, key) => (value as Node)[key], valid)
      if (typeof old !== 'string') return fc.constant(valid)
      return near(fc.constant(old)).map((text) =>
        change(valid, at, (parent, key) => void (parent[key] = text)),
      )
    }),
  )
}
