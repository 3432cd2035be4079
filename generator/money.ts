/** An amount in hundredths, so that sums are exact. */
export type Cents = bigint;

/** Writes `"12.50"`, with both digits after the point. */
export function decimalOf(cents: Cents): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function centsOf(decimal: string): Cents {
  return BigInt(decimal.replace(".", ""));
}

/** What each of `parts` payments settles of `total`: a deposit of three tenths, then the rest. */
export function instalments(total: Cents, parts: 1 | 2): readonly Cents[] {
  if (parts === 1) return [total];
  const deposit = (total * 3n) / 10n;
  return [deposit, total - deposit];
}
