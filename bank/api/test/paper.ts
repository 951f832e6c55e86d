/** Reads a PDF of ours back: the text of its pages, without any library that wrote it. */
import { inflateSync } from 'node:zlib'

/** Each text that was set, in the order it was set, of all pages. */
export function textsOf(pdf: Uint8Array): string[] {
  const file = Buffer.from(pdf).toString('latin1')
  const streams = [...file.matchAll(/\/Length (\d+)[^>]*\/Filter \/FlateDecode[^>]*>>\nstream\n/g)]
  return streams.flatMap((found) => {
    const begin = (found.index ?? 0) + found[0].length
    const content = inflateSync(Buffer.from(file.slice(begin, begin + Number(found[1])), 'latin1')).toString(
      'latin1',
    )
    return [...content.matchAll(/\[((?:<[0-9a-f]*>\s*-?[\d.]*\s*)+)\] TJ/g)].map(([, parts = '']) => {
      const octets = [...parts.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => hex).join('')
      return new TextDecoder('windows-1252').decode(Buffer.from(octets, 'hex'))
    })
  })
}

export function pagesOf(pdf: Uint8Array): number {
  return (
    Buffer.from(pdf)
      .toString('latin1')
      .match(/\/Type \/Page\n/g)?.length ?? 0
  )
}
