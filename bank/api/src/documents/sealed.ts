/** A document on its way into somebody's vault: an age file (age-encryption.org/v1) only its recipient opens. */
import { Encrypter } from 'age-encryption'
import { Refusal } from '../refusal.ts'

/** An X25519 recipient in Bech32; that its checksum is right, the library looks. */
const recipientForm = /^age1[02-9ac-hj-np-z]{58}$/

/** Throws `recipient_refused`. */
export async function sealTo(recipient: string, pdf: Uint8Array): Promise<Uint8Array> {
  if (!recipientForm.test(recipient)) throw new Refusal('recipient_refused')
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(recipient)
    return await encrypter.encrypt(pdf)
  } catch {
    // A wrong checksum, or a point nobody can agree with.
    throw new Refusal('recipient_refused')
  }
}
