/** SQLite with SQLite3 Multiple Ciphers, compiled to WebAssembly without asynchronous calls. */
declare module '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs' {
  /** Emscripten's options: each says in its way where the WebAssembly is. */
  export default function createSqlite(options: {
    instantiateWasm?: (imports: WebAssembly.Imports, use: (instance: WebAssembly.Instance) => void) => void
    locateFile?: (name: string) => string
  }): Promise<import('./sqlite.ts').SqliteModule>
}
