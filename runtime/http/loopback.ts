import { isIPv4 } from "node:net";

/** Whether the name or address leads to this machine alone: `localhost`, 127.0.0.0/8 (also as IPv6 maps it) or ::1, bare or in brackets. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, "$1");
  const v4 = address.replace(/^::ffff:/, "");
  return host === "localhost" || address === "::1" || (isIPv4(v4) && v4.startsWith("127."));
}
