/** Bodies of a phone's network, for attacks that rewrite them. */

export async function textOf(body: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(body).text()
}
export async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(body).arrayBuffer())
}
export function streamOf(body: string | Uint8Array): ReadableStream<Uint8Array> {
  const { body: stream } = new Response(typeof body === 'string' ? body : body.slice())
  if (stream === null) throw new TypeError('a body without a stream')
  return stream
}
