import { utf8 } from '@holdfast/core'
import { hex, type MakeDevice, outcomeOf, present, type TestRunner } from './runner.ts'

type Answer = readonly [
  password: string,
  cost: readonly [memoryKiB: number, iterations: number, parallelism: number, length: number],
  stretched: string,
]
/** The first three are those of the reference implementation of Argon2; all were made by another one than ours. */
const answers: readonly Answer[] = [
  ['password', [65_536, 2, 1, 32], '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'],
  [
    'differentpassword',
    [65_536, 2, 1, 32],
    '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde',
  ],
  ['password', [256, 2, 2, 32], '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037'],
  [
    'password',
    [1024, 3, 4, 64],
    'c4758d57b4061879b1f18adffae44b53f83026731f7f305c45ff4f9074dce6dacfd076c10c29bca017a4962982e7e262e4e4de40429a2295cc9319a40031d0d4',
  ],
]

export function stretchContract(make: MakeDevice, { describe, it, expect }: TestRunner): void {
  describe('stretching', () => {
    it('is Argon2id, several at once too', async () => {
      const stretch = present((await make()).platform.stretch)
      const stretched = await Promise.all(
        answers.map(([password, [memoryKiB, iterations, parallelism, length]]) =>
          stretch(utf8(password), utf8('somesalt'), { memoryKiB, iterations, parallelism, length }),
        ),
      )
      expect(stretched.map(hex)).toEqual(answers.map(([, , answer]) => answer))
    })

    it('says when it cannot', async () => {
      const stretch = present((await make()).platform.stretch)
      const cost = { memoryKiB: 0, iterations: 1, parallelism: 1, length: 32 }
      expect(await outcomeOf(stretch(utf8('password'), utf8('somesalt'), cost))).toBe('passcode_unsupported')
    })
  })
}
