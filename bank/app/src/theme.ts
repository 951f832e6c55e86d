/** How Alder Bank looks: colours by light and dark (WCAG AA against the grounds they stand on), sizes, distances. */
import { StyleSheet, useColorScheme, type ImageStyle, type TextStyle, type ViewStyle } from 'react-native'
import { rem } from './rem.ts'

export type Palette = {
  readonly ground: string
  readonly surface: string
  /** On a surface: fields, quiet keys. */
  readonly sunken: string
  readonly ink: string
  readonly soft: string
  /** Hairlines between rows. */
  readonly line: string
  /** Edges of what can be typed into or pressed (3:1). */
  readonly edge: string
  readonly brand: string
  readonly brandPressed: string
  readonly onBrand: string
  readonly tint: string
  readonly good: string
  readonly goodTint: string
  readonly warn: string
  readonly warnTint: string
  readonly bad: string
  readonly badTint: string
  /** The deep green of the first card, in both schemes with white text. */
  readonly hero: string
  readonly heroLeaf: string
  readonly onHero: string
  readonly onHeroSoft: string
  readonly veil: string
  readonly shadow: string
}

const light: Palette = {
  ground: '#f5f3ee',
  surface: '#ffffff',
  sunken: '#f0ede6',
  ink: '#15241c',
  soft: '#55625a',
  line: '#e6e2d9',
  edge: '#8b948e',
  brand: '#1d5f43',
  brandPressed: '#154a34',
  onBrand: '#ffffff',
  tint: '#e3efe8',
  good: '#1b6a42',
  goodTint: '#e0f1e6',
  warn: '#7d4a0c',
  warnTint: '#fbeed8',
  bad: '#a12a1f',
  badTint: '#fbe6e2',
  hero: '#174a35',
  heroLeaf: '#1f5a41',
  onHero: '#ffffff',
  onHeroSoft: '#cfe3d8',
  veil: 'rgba(9, 20, 14, 0.5)',
  shadow: 'rgba(21, 36, 28, 0.10)',
}

const dark: Palette = {
  ground: '#0f1612',
  surface: '#18211c',
  sunken: '#222d27',
  ink: '#edf3ef',
  soft: '#a9b7af',
  line: '#2a362f',
  edge: '#6f7f76',
  brand: '#86d3a9',
  brandPressed: '#a3e2c0',
  onBrand: '#08251a',
  tint: '#1c3529',
  good: '#86d3a9',
  goodTint: '#1a3527',
  warn: '#f1bd78',
  warnTint: '#3a2b14',
  bad: '#ff9f93',
  badTint: '#42201c',
  hero: '#1a4834',
  heroLeaf: '#21563f',
  onHero: '#ffffff',
  onHeroSoft: '#c8ddd1',
  veil: 'rgba(0, 0, 0, 0.6)',
  shadow: 'rgba(0, 0, 0, 0)',
}

export const space = { xs: 4, s: 8, m: 12, l: 16, xl: 24, xxl: 32, huge: 48 } as const
export const radius = { s: 8, m: 14, l: 20, pill: 999 } as const
/** The least side of what a finger presses. */
export const touch = 48
/** No column of text or keys is wider, whatever the screen. */
export const column = 480

const size = (fontSize: number, lineHeight: number, fontWeight: TextStyle['fontWeight'] = '400') =>
  ({ fontSize: rem(fontSize), lineHeight: rem(lineHeight), fontWeight }) satisfies TextStyle

export const type = {
  hero: { ...size(36, 44, '700'), letterSpacing: -0.8 },
  title: { ...size(26, 32, '700'), letterSpacing: -0.4 },
  heading: { ...size(19, 26, '700'), letterSpacing: -0.2 },
  strong: size(16, 24, '600'),
  body: size(16, 24),
  small: size(14, 20),
  smallStrong: size(14, 20, '600'),
  /** Under icons and in badges. */
  tiny: size(12.5, 17, '600'),
} as const satisfies Record<string, TextStyle>
export type Kind = keyof typeof type

export type Theme = { readonly dark: boolean; readonly colors: Palette }
const themes = { light: { dark: false, colors: light }, dark: { dark: true, colors: dark } } as const

export function useTheme(): Theme {
  return themes[useColorScheme() === 'dark' ? 'dark' : 'light']
}

type Styles<Names> = { [Name in keyof Names]: ViewStyle | TextStyle | ImageStyle }

/** Styles that know the colours; made once for each scheme. */
export function stylesOf<Names extends Styles<Names>>(make: (colors: Palette) => Names): () => Names {
  const made = new Map<Palette, Names>()
  return () => {
    const { colors } = useTheme()
    const styles = made.get(colors) ?? StyleSheet.create(make(colors))
    made.set(colors, styles)
    return styles
  }
}

/** A card lies a little above the ground; in the dark its lighter surface says so. */
export function raised(colors: Palette): ViewStyle {
  return {
    shadowColor: colors.shadow,
    shadowOpacity: 1,
    shadowRadius: 14,
    shadowOffset: { width: 0, height: 4 },
  }
}
