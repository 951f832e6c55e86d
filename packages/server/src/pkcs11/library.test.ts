import { expect, test } from 'vitest'
import { loadGraphene } from './library.ts'

test('where the library is not installed, that is said, and how to get it', async () => {
  await expect(loadGraphene('graphene-pk11-of-nobody')).rejects.toThrow(
    new TypeError(
      'keys in an HSM need graphene-pk11, which is not installed: npm install graphene-pk11@2.3.6 (it is compiled)',
    ),
  )
})
