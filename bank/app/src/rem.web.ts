/** Sizes of text follow the size the user chose in the browser. React Native takes any CSS length here; its types do not know it. */
export function rem(size: number): number {
  return `${size / 16}rem` as unknown as number
}

/** For the few words that have no room to grow: at most so large. */
export function capped(size: number, most: number): number {
  return `min(${size / 16}rem, ${most}px)` as unknown as number
}

/** Whether text is so large that what else stands side by side stands one below the other. */
export function isLargeText(): boolean {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) > 20
}
