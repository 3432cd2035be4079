/** The operations the scripts send: what a partner team's client would. */

export const viewer = `query Viewer { viewer { id role counterpartyId } }`;

export const counterpartyOrders = `query CounterpartyOrders($id: ID!, $first: Int!) {
  counterparty(counterpartyId: $id) {
    counterpartyId
    counterpartyLegalName
    salesOrders(first: $first) {
      nodes { salesOrderId unitsSold createdAt design { designName } currency { currencyCode } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

export const orderDetail = `query OrderDetail($id: ID!) {
  salesOrder(salesOrderId: $id) {
    salesOrderId
    unitsSold
    agreedDeliveryLocation { city country }
    transactions(first: 5) { nodes { transactionId transactionType payments(first: 5) { nodes { paymentId paid } } } }
  }
}`;

export const unitPrice = `query UnitPrice($id: ID!) {
  counterparty(counterpartyId: $id) { salesOrders(first: 1) { nodes { salesOrderId unitPrice } } }
}`;

export const search = `query Search($text: String!, $first: Int!) {
  search(text: $text, first: $first) { edges { cursor node { __typename } } pageInfo { hasNextPage } }
}`;
