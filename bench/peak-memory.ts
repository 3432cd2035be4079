import { readFileSync } from "node:fs";

/**
 * The most memory this process has held at once, in MB (2^20 bytes). Where the kernel tells it of the program alone (VmHWM), that counts:
 * getrusage also counts what the process was before it became this program, a copy of its parent.
 */
export function peakMemoryMb(): number {
  const [, kilobytes] = statusOf().match(/^VmHWM:\s*(\d+) kB/m) ?? [];
  return Math.round((kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) / 1024);
}

function statusOf(): string {
  try {
    return readFileSync("/proc/self/status", "latin1");
  } catch {
    return "";
  }
}
