/**
 * Work of one kind that falls due in one turn of the event loop, done one after the other at its end. The way of a request
 * is long: done request by request, each stretch of it would find its code and tables gone from the processor's caches.
 */

/** `act` must not throw. */
export function atEndOfTurn<Item>(act: (item: Item) => void): (item: Item) => void {
  let due: Item[] = []

  function run(): void {
    const items = due
    due = []
    for (const item of items) act(item)
  }

  return (item: Item): void => {
    if (due.length === 0) setImmediate(run)
    due.push(item)
  }
}
