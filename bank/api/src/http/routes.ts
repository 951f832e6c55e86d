/** Every address of the bank. */
import type { ApprovalCheck } from '../approval/service.ts'
import type { PinKeys } from '../cards/pin-keys.ts'
import { cardsOf, pinOf, setCardState } from '../cards/card.ts'
import type { Db } from '../database/transaction.ts'
import { documentsOf, pdfOf } from '../documents/document.ts'
import { sealTo } from '../documents/sealed.ts'
import { accountOf, accountsOf, writeAccount } from '../ledger/account.ts'
import { history } from '../ledger/history.ts'
import { checkPayee } from '../ledger/payee-check.ts'
import { addPayee, payeesOf, removePayee } from '../ledger/payee.ts'
import { spending } from '../ledger/spending.ts'
import { addStandingOrder, endStandingOrder, standingOrdersOf } from '../ledger/standing-order.ts'
import { findTransfer, transfer, transferAll } from '../ledger/transfer.ts'
import { bytes, json, kept, nothing } from './answer.ts'
import * as forms from './forms.ts'
import { replyType, sealReply } from './reply.ts'
import { approved, get, post, remove, type Route } from './route.ts'

export function routesOf(db: Db, pinKeys: PinKeys, check: ApprovalCheck | null): readonly Route[] {
  return [
    ...accountRoutes(db),
    ...paymentRoutes(db, check),
    ...cardRoutes(db, pinKeys),
    ...documentRoutes(db),
  ]
}

function accountRoutes(db: Db): Route[] {
  return [
    get('/me', forms.noQuery, async ({ customer }) => json({ user: customer.id, name: customer.name })),
    get('/accounts', forms.noQuery, async ({ customer }) =>
      json({ accounts: (await accountsOf(db, customer)).map(writeAccount) }),
    ),
    get('/accounts/{id}', forms.noQuery, async ({ customer, id }) =>
      json(writeAccount(await accountOf(db, customer, id))),
    ),
    get('/accounts/{id}/transactions', forms.historyQuery, async ({ customer, id, input }) =>
      json(await history(db, await accountOf(db, customer, id), input)),
    ),
    get('/spending', forms.spendingQuery, async ({ customer, input }) =>
      json(await spending(db, customer, input.month)),
    ),
  ]
}

function paymentRoutes(db: Db, check: ApprovalCheck | null): Route[] {
  return [
    get('/payees', forms.noQuery, async ({ customer }) => json({ payees: await payeesOf(db, customer) })),
    approved(
      check,
      post('/payees', forms.payeeForm, async ({ order, input }) => kept(await addPayee(db, order(), input))),
    ),
    post('/payees/check', forms.payeeForm, async ({ input }) => json(await checkPayee(db, input))),
    remove('/payees/{id}', async ({ customer, id }) => {
      await removePayee(db, customer, id)
      return nothing()
    }),
    approved(
      check,
      post('/transfers', forms.transferForm, async ({ order, input: { from, ...payment } }) =>
        kept(await transfer(db, order(), from, payment)),
      ),
    ),
    approved(
      check,
      post('/transfers/batch', forms.batchForm, async ({ order, input: { from, payments } }) =>
        kept(await transferAll(db, order(), from, payments)),
      ),
    ),
    get('/transfers/{id}', forms.noQuery, async ({ customer, id }) =>
      json(await findTransfer(db, customer, id)),
    ),
    get('/standing-orders', forms.noQuery, async ({ customer }) =>
      json({ standingOrders: await standingOrdersOf(db, customer) }),
    ),
    approved(
      check,
      post('/standing-orders', forms.standingOrderForm, async ({ order, input: { from, ...asked } }) =>
        kept(await addStandingOrder(db, order(), from, asked)),
      ),
    ),
    remove('/standing-orders/{id}', async ({ customer, id, at }) => {
      await endStandingOrder(db, customer, id, at)
      return nothing()
    }),
  ]
}

function cardRoutes(db: Db, pinKeys: PinKeys): Route[] {
  return [
    get('/cards', forms.noQuery, async ({ customer }) => json({ cards: await cardsOf(db, customer) })),
    post('/cards/{id}/state', forms.cardStateForm, async ({ customer, id, input }) =>
      json(await setCardState(db, customer, id, input.state)),
    ),
    get('/cards/{id}/pin', forms.noQuery, async ({ customer, id, replyKey }) => {
      const pin = await pinOf(db, customer, id, pinKeys)
      return bytes(replyType, await sealReply(replyKey, pin).finally(() => pin.fill(0)))
    }),
  ]
}

function documentRoutes(db: Db): Route[] {
  return [
    get('/documents', forms.noQuery, async ({ customer }) =>
      json({ documents: await documentsOf(db, customer) }),
    ),
    get('/documents/{id}', forms.noQuery, async ({ customer, id }) =>
      bytes('application/pdf', await pdfOf(db, customer, id)),
    ),
    post('/documents/{id}/sealed', forms.recipientForm, async ({ customer, id, input }) =>
      bytes('application/octet-stream', await sealTo(input.recipient, await pdfOf(db, customer, id))),
    ),
  ]
}
