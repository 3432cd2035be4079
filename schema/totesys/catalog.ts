import { catalog } from "../catalog.js";
import { address } from "./address.js";
import { counterparty } from "./counterparty.js";
import { currency } from "./currency.js";
import { department } from "./department.js";
import { design } from "./design.js";
import { paymentType } from "./payment-type.js";
import { payment } from "./payment.js";
import { purchaseOrder } from "./purchase-order.js";
import { salesOrder } from "./sales-order.js";
import { staff } from "./staff.js";
import { transaction } from "./transaction.js";

/** The commerce schema: eleven tables of a company that sells totes and buys material. */
export const totesys = catalog([
  address, department, currency, paymentType, design, staff, counterparty, salesOrder, purchaseOrder, transaction, payment,
]);
