/** The field of the viewer that shows a claim: `counterparty_id` -> `counterpartyId`. */
export function claimName(claim: string): string {
  return claim.replace(/[^A-Za-z0-9]+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
