import cliProgress from "cli-progress";

/** What a command says: lines and bars for people on standard error, results on standard output. */
export interface Output {
  readonly json: boolean;
  /** One line of what is going on. With --json: nothing. */
  say(line: string): void;
  /** The result: `text` for people, `data` as one line of JSON with --json. */
  result(data: unknown, text: string): void;
  /** A bar with rate and ETA on a terminal; elsewhere a line every ten seconds; with --json nothing. */
  bar(title: string, total: number, unit: string): Bar;
}

export interface Bar {
  at(done: number): void;
  end(): void;
}

export function openOutput(json: boolean): Output {
  return {
    json,
    say: (line) => { if (!json) process.stderr.write(`${line}\n`); },
    result: (data, text) => { process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${text}\n`); },
    bar: (title, total, unit) => (json ? silent : progressBar(title, total, unit)),
  };
}

const silent: Bar = { at: () => undefined, end: () => undefined };

function progressBar(title: string, total: number, unit: string): Bar {
  const began = Date.now();
  const bar = new cliProgress.SingleBar({
    format: `${title} {bar} {percentage}% | {value}/{total} ${unit} | {rate} ${unit}/s | ETA {eta_formatted}`,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    formatTime: duration,
  }, cliProgress.Presets.shades_classic);
  const rate = (done: number) => ({ rate: Math.round(done / Math.max(0.001, (Date.now() - began) / 1000)) });
  bar.start(total, 0, rate(0));
  let last = 0;
  return {
    at: (done) => { last = done; bar.update(Math.min(done, total), rate(done)); },
    end: () => { bar.update(last, rate(last)); bar.stop(); },
  };
}

/** `1h02m`, `3m20s`, `7s`; a rate of nothing has no end to tell. */
function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const two = (n: number) => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}h${two(minutes)}m` : minutes > 0 ? `${minutes}m${two(Math.round(seconds % 60))}s` : `${Math.round(seconds)}s`;
}

/** `1 file`, `2 files`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

/** Columns padded to their widest cell; numbers to the right. */
export function table(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [heads, ...rows].map((row) => row.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell)));
  const widths = heads.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const right = heads.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === "number"));
  return cells
    .map((row) => row.map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))).join("  ").trimEnd())
    .join("\n");
}
