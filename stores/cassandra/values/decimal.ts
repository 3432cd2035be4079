const decimalForm = /^(?!-0(?:\.0+)?$)-?(?:0|[1-9]\d*)(?:\.(\d+))?$/;

/**
 * Writes `"-12.50"` as CQL's decimal: four bytes of scale, then the digits as a big-endian two's complement number of no more bytes than
 * needed (`native_protocol_v4.spec`, section 6.7).
 * Null unless the text is a number of exactly `scale` digits after the point in its one form, because it must read back as the same text.
 */
export function decimalBytes(value: unknown, scale: number): Buffer | null {
  const form = typeof value === "string" ? decimalForm.exec(value) : null;
  if (!form || (form[1]?.length ?? 0) !== scale) return null;
  const digits = scale === 0 ? form[0] : form[0].replace(".", "");
  return digits.length <= 14 ? ofSmall(Number(digits), scale) : ofLarge(BigInt(digits), scale);
}

function ofSmall(unscaled: number, scale: number): Buffer {
  let length = 1;
  while (unscaled < -(2 ** (8 * length - 1)) || unscaled >= 2 ** (8 * length - 1)) length++;
  const bytes = Buffer.allocUnsafe(4 + length);
  bytes.writeInt32BE(scale);
  bytes.writeIntBE(unscaled, 4, length);
  return bytes;
}

/** Writes a whole number as CQL's varint: big-endian two's complement of no more bytes than needed. */
export function wholeBytes(value: bigint): Buffer {
  return ofLarge(value, 0).subarray(4);
}

function ofLarge(unscaled: bigint, scale: number): Buffer {
  // The number needs one bit more than its magnitude has, for the sign.
  const magnitude = unscaled < 0n ? -unscaled - 1n : unscaled;
  const length = Math.floor(magnitude.toString(2).length / 8) + 1;
  const bytes = Buffer.allocUnsafe(4 + length);
  bytes.writeInt32BE(scale);
  bytes.write(BigInt.asUintN(8 * length, unscaled).toString(16).padStart(2 * length, "0"), 4, "hex");
  return bytes;
}
