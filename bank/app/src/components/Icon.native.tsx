import Svg, { Path } from 'react-native-svg'
import { type IconName, iconPaths, leaf } from './icon-paths.ts'

export type IconProps = { readonly name: IconName; readonly size?: number; readonly color: string }

/** Says nothing to a screen reader: what it stands for is said in words. */
export function Icon({ name, size = 24, color }: IconProps) {
  return (
    <Svg width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <Path
        d={iconPaths[name]}
        fill="none"
        stroke={color}
        strokeWidth={1.75}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </Svg>
  )
}

export function Leaf({
  size,
  color,
  vein,
}: {
  readonly size: number
  readonly color: string
  readonly vein: string
}) {
  return (
    <Svg width={size} height={size} viewBox="0 0 24 24" aria-hidden>
      <Path d={leaf.body} fill={color} />
      <Path d={leaf.veins} fill="none" stroke={vein} strokeWidth={1.1} strokeLinecap="round" />
    </Svg>
  )
}
