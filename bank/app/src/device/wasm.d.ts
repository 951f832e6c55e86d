/** The address of a file that Vite puts beside the bundle. */
declare module '*.wasm?url' {
  const url: string
  export default url
}
