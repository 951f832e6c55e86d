import { type IconName, iconPaths, leaf } from './icon-paths.ts'

export type IconProps = { readonly name: IconName; readonly size?: number; readonly color: string }

/** Says nothing to a screen reader: what it stands for is said in words. */
export function Icon({ name, size = 24, color }: IconProps) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false" style={firm}>
      <path
        d={iconPaths[name]}
        fill="none"
        stroke={color}
        strokeWidth={1.75}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
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
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={leaf.body} fill={color} />
      <path d={leaf.veins} fill="none" stroke={vein} strokeWidth={1.1} strokeLinecap="round" />
    </svg>
  )
}

/** Words beside it wrap; it keeps its size. */
const firm = { flexShrink: 0 } as const
