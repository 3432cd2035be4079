import { readFileSync, writeFileSync } from "node:fs";

/**
 * The most memory that a process has held at once, in MB (2^20 bytes); this process by default.
 * If the kernel tells the figure of the program alone (VmHWM), that counts. getrusage also counts what the process was before it became
 * this program, a copy of its parent.
 * @throws for another process that is gone, or when the kernel does not tell
 */
export function peakMemoryMb(pid?: number): number {
  const kilobytes = pid === undefined ? ownKilobytes() : peakOf(pid);
  return Math.round(kilobytes / 1024);
}

/** Resets the peak of this process, if the kernel can do that (proc(5), clear_refs). */
export function forgetPeakMemory(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Then the figure is the peak since the process began, which is no less.
  }
}

function ownKilobytes(): number {
  try {
    return peakOf("self");
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

function peakOf(pid: number | "self"): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  if (kilobytes === undefined) throw new Error(`the kernel does not tell how much memory process ${pid} has held`);
  return Number(kilobytes);
}
