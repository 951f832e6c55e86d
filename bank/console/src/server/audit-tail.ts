/** Where the audit ends. The admin API reads it forwards only, so the end is searched for, not walked to. */

/**
 * The newest id, 0 when there is none. `hasAfter` says whether there is any entry with a greater id: that is false from the
 * newest id on, so some 2·log2(id) questions find it, with gaps between the ids or without.
 */
export async function newestId(hasAfter: (id: number) => Promise<boolean>): Promise<number> {
  if (!(await hasAfter(0))) return 0
  let [below, above] = [0, 1]
  while (await hasAfter(above)) [below, above] = [above, above * 2]
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2)
    if (await hasAfter(middle)) below = middle
    else above = middle
  }
  return above
}
