import { isIPv4, isIPv6 } from "node:net";

/**
 * Whether the name or address leads to this machine alone: `localhost`, 127.0.0.0/8 or ::1, also as IPv6 maps or spells them, bare or in
 * brackets. Spellings that only some programs read as an address (`127.1`, `0x7f000001`) are no such thing.
 */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[([^[\]]*)\]$/, "$1");
  if (isIPv4(address)) return address.startsWith("127.");
  if (!isIPv6(address) || address.includes("%")) return host.toLowerCase() === "localhost";
  return /^\[::(1|ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/.test(new URL(`http://[${address}]`).hostname);
}
