/** Loaded into a gateway before anything else: on SIGWINCH it throws where nobody catches. */
process.on('SIGWINCH', () => {
  throw new Error('a crash, asked for by a test')
})
