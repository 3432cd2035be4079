import { formatDifference, type Report } from "../../sync/verify/report/report.js";
import { counted, table } from "../output.js";

export function reportText(report: Report): string {
  const rows = report.tables.map((each) => [each.store, each.table, each.rows, each.entries, verdictOf(each)]);
  const shown = (title: string, differences: Report["differences"]) => [
    ...(differences.length > 0 && title ? [title] : []),
    ...differences.slice(0, 20).map((difference) => `  ${formatDifference(difference)}`),
    ...(differences.length > 20 ? [`  and more; --json and --report show the first ${differences.length}`] : []),
  ];
  return [
    table(["store", "table", "rows", "entries", "verdict"], rows),
    ...shown("", report.differences), ...shown("Repaired:", report.repaired), conclusion(report),
  ].join("\n");
}

export function verdictOf({ differences, explained, repaired, undecided }: Report["tables"][number]): string {
  const parts = [
    differences > 0 ? `${differences} differ` : "", explained > 0 ? `${explained} in the dead letters` : "",
    undecided > 0 ? `${undecided} undecided` : "", repaired > 0 ? `${repaired} repaired` : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "equal";
}

/** The whole in one sentence. */
export function conclusion({ tables, tookMs }: Report): string {
  const sum = (
    what: "rows" | "entries" | "differences" | "explained" | "repaired" | "undecided",
  ) => tables.reduce((total, each) => total + each[what], 0);
  const compared = `${sum("rows").toLocaleString("en")} rows and ${sum("entries").toLocaleString("en")} entries compared in `
    + `${(tookMs / 1000).toFixed(1)} s`;
  const count = (of: number) => counted(of, "difference");
  const repaired = sum("repaired") > 0 ? `; ${count(sum("repaired"))} repaired` : "";
  if (sum("differences") > 0)
    return `${compared}: `
      + `${count(sum("differences"))}${sum("explained") > 0 ? `, and ${sum("explained")} explained by dead letters` : ""}${repaired}`;
  if (sum("explained") > 0)
    return `${compared}: only what is in the dead letters differs (${sum("explained")}); see "sluice dead-letters list"${repaired}`;
  if (sum("undecided") > 0)
    return `${compared}: no difference, but ${sum("undecided")} rows or entries changed whenever they were looked at; verify `
      + `again${repaired}`;
  return `${compared}: equal${repaired}`;
}
