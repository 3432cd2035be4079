/** A string, which is skipped, also without its end, or a number of a JSON text. */
const token = /"(?:[^"\\]|\\[^])*\\?(?:"|$)|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** No number that JavaScript holds has one of so many digits, and reading it would take long. */
const endlessExponent = /[eE][+-]?\d{7,}$/;

/**
 * The first number of a JSON text that JavaScript would round when it reads it, as it is written there; null when there is none.
 * Such an id would name another row, so the request is refused (invariant 9).
 */
export function inexactNumber(json: string): string | null {
  for (const [text] of json.matchAll(token)) if (!isExact(text)) return text;
  return null;
}

/** Reads a JSON text. A number that JavaScript would round becomes the text of its digits (invariant 9). */
export function exactNumbers(json: string): unknown {
  return JSON.parse(json.replace(token, (text) => (isExact(text) ? text : JSON.stringify(text))));
}

function isExact(text: string): boolean {
  // Fifteen digits are held exactly, whichever they are.
  if (text.startsWith('"') || (text.length <= 15 && !/[eE]/.test(text))) return true;
  if (endlessExponent.test(text)) return false;
  const read = Number(text);
  return Number.isFinite(read) && plain(text) === plain(String(read));
}

/** One spelling for each number: its digits without zeros around them, and where the point stands. */
function plain(number: string): string {
  const [, sign, whole, fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number)!;
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  // Any client may send it, so it is read once: a pattern of zeros at the end would begin again at each of many.
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  const kept = digits.slice(0, end);
  if (kept === "") return "0";
  return `${sign}${kept}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - kept.length)}`;
}
