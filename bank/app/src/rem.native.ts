import { PixelRatio } from 'react-native'

/** Phones scale each text by themselves, as their user chose. */
export function rem(size: number): number {
  return size
}

/** For the few words that have no room to grow: at most so large. */
export function capped(size: number, most: number): number {
  return Math.min(size, most / PixelRatio.getFontScale())
}

/** Whether text is so large that what else stands side by side stands one below the other. */
export function isLargeText(): boolean {
  return PixelRatio.getFontScale() > 1.25
}
