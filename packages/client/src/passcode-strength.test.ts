import { describe, expect, it } from 'vitest'
import { type Weakness, weakness } from './passcode-strength.ts'

const table: ReadonlyArray<readonly [Weakness | null, string]> = [
  ['too_short', ' 73018 é e\u0301e\u0301e\u0301e\u0301e\u0301 k7#pQ'],
  ['too_long', `${'kx7#'.repeat(32)}a`],
  // one, two digits over and over
  ['repetition', '000000 111111 666666 99999999 121212 010101 696969 112112 122121 888188'],
  ['repetition', '123123 520520 420420 007007 730730 73017301 123321 730037 7301037 112233 114477 998877'],
  ['sequence', '123456 654321 012345 567890 890123 1234567 987654321 135791 246802 864208 975319 369258'],
  ['sequence', '101112 121314 102030 203040 908070 051015 090807060504 807060'],
  ['sequence', '123789 789456 456123 321654 147258 147369 258369 741852 159753 159357 357951 753159'],
  ['sequence', '147896 123698 789632 258025 085208 147258369 789456123 147852 000123 123400 555567'],
  // 24 December 1985, in every order, and what is no full date
  ['date', '241285 122485 851224 24121985 12241985 19851224 290296 010102 311299 199007 071990 531999'],
  ['common', '314159 271828 8675309 5201314 192837'],
  [
    'common',
    'password Passw0rd pa$$word1 PASSWORD123 iloveyou iloveyou2 letmein! hunter2 summer2024 hallo123',
  ],
  ['common', 'w1llkommen Football10 qwerty-password \uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44'],
  ['repetition', 'aaaaaa ababab abcabc aabbcc k7pk7p Holdholdhold 12ab12ab €€€€€€€€'],
  [
    'sequence',
    'abcdef FEDCBA qwerty asdfgh poiuyt qwertz123 abc123 123qwe 1qaz2wsx !@#$%^ αβγδεζ йцукен abcd1990',
  ],
  // other keypads write other digits
  [
    'sequence',
    '\u0661\u0662\u0663\u0664\u0665\u0666 \u06f9\u06f8\u06f7\u06f6\u06f5\u06f4 \uff11\uff12\uff13\uff14\uff15\uff16',
  ],
  ['date', '\u0967\u096a\u0966\u096d\u096e\u096f'],
  [null, '730185 902746 483729 610473 7301852 73918264 330299 002757 480195'],
  [
    null,
    'k7#pQz Tr0ub4dor zebra-lamp sonnenblume correcthorse mypasswordisodd xsunshine42 été-à-la-mer 雨降って地固まる',
  ],
]

describe('a passcode', () => {
  it.each(table.map(([verdict, passcodes]) => [verdict, passcodes.split(' ')] as const))(
    'gets %s (row %#)',
    (verdict, passcodes) => {
      expect(passcodes.map((passcode) => [passcode, weakness(passcode)])).toEqual(
        passcodes.map((passcode) => [passcode, verdict]),
      )
    },
  )

  it('may have 6 to 128 characters, whatever their octets', () => {
    expect(weakness('kx7#pq'.repeat(21) + 'a7')).toBeNull()
    expect(weakness('🦊🐢🦉🐝🦀🐙')).toBeNull()
    expect(weakness('')).toBe('too_short')
  })

  it('of six random digits is refused in about one of eight cases, never above 15 %', () => {
    const count = 50_000
    let refused = 0
    // A stride without common divisor visits codes evenly and none twice.
    for (let i = 0; i < count; i++)
      if (weakness(String((i * 617_003) % 1_000_000).padStart(6, '0')) !== null) refused++
    expect(refused / count).toBeGreaterThan(0.1)
    expect(refused / count).toBeLessThan(0.15)
  })
})
