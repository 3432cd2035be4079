import { escapedHtml as escaped } from "../../runtime/html.js";
import { writePrivately } from "../../runtime/files/private-file.js";
import { keyText } from "../../schema/entity.js";
import type { Difference, Report, TableReport } from "../../sync/verify/report/report.js";
import { conclusion, verdictOf } from "./verify-text.js";

/** Writes the report as one page that needs no other file. The file is replaced as a whole, so a browser never sees half of it. */
export async function writePage(file: string, report: Report): Promise<void> {
  await writePrivately(file, pageOf(report));
}

export function pageOf(report: Report): string {
  const stores = [...new Set(report.tables.map(({ store }) => store))];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.equal ? "Equal" : "Different"} · Sluice verify</title>
<style>${style}</style>
<header class="${report.equal ? "equal" : "different"}">
<h1>${report.equal ? "Every store equals MySQL" : "Not every store equals MySQL"}</h1>
<p>${escaped(conclusion(report))}</p>
<p class="when">Begun ${escaped(report.startedAt)}</p>
</header>
<main>
${stores.map((store) => storeSection(store, report.tables.filter((each) => each.store === store))).join("\n")}
${differenceSection("What differs", report.differences.filter(({ deadLetter }) => deadLetter === undefined))}
${differenceSection("Explained by dead letters", report.differences.filter(({ deadLetter }) => deadLetter !== undefined))}
${differenceSection("Repaired", report.repaired)}
</main>
</html>
`;
}

function storeSection(store: string, tables: readonly TableReport[]): string {
  const most = Math.max(1, ...tables.map(sizeOf));
  const rows = tables.map((each) => {
    const off = each.differences + each.explained + each.undecided;
    const [all, bad] = [(100 * sizeOf(each)) / most, off === 0 ? 0 : Math.max(1, (100 * off) / most)];
    return `<tr><th scope="row">${escaped(each.table)}</th><td class="number">${number(each.rows)}</td><td
      class="number">${number(each.entries)}</td>
<td class="bar"><div style="width:${Math.max(0.5, all).toFixed(2)}%"></div>${bad > 0 ? `<div class="bad" `
  + `style="width:${Math.min(100, bad).toFixed(2)}%"></div>` : ""}</td>
<td class="${off > 0 ? "bad" : "good"}">${escaped(verdictOf(each))}</td></tr>`;
  });
  return `<section><h2>${escaped(store)}</h2>
<table><thead><tr><th>table</th><th class="number">rows</th><th class="number">entries</th><th class="bar">compared,
and what differs</th><th>verdict</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></section>`;
}

function differenceSection(title: string, differences: readonly Difference[]): string {
  if (differences.length === 0) return "";
  const rows = differences.map(({ store, table, lookup, key, kind, field, source, found, deadLetter, unheld, unrepaired }) => {
    const what = kind === "value" ? field! : kind === "missing" ? "is missing" : "is there, and not in MySQL";
    const value = (of: unknown) => (kind === "value" ? `<code>${escaped(JSON.stringify(of))}</code>` : "");
    return `<tr><td>${escaped(store)}</td><td>${escaped(lookup ?? table)}</td><td><code>${escaped(keyText(key))}</code></td>
<td>${escaped(what)}</td>
<td>${value(source)}</td><td>${value(found)}</td><td>${escaped(deadLetter ?? unheld ?? unrepaired ?? "")}</td></tr>`;
  });
  return `<section><h2>${escaped(title)}</h2><p class="when">The first ${number(differences.length)}.</p>
<table><thead><tr><th>store</th><th>table or lookup</th><th>key</th><th>what</th><th>in MySQL</th><th>in the
store</th><th>why</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></section>`;
}

const sizeOf = ({ rows, entries }: TableReport) => rows + entries;
const number = (of: number) => of.toLocaleString("en");

const style = `
:root { color-scheme: light dark; --line: #8884; --good: #1a7f4b; --bad: #c62f2f; --bar: #4a7dc4; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; }
header { border-left: .5rem solid var(--good); padding: .25rem 1.25rem; }
header.different { border-color: var(--bad); }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; } header p { margin: .25rem 0; } .when { opacity: .7;
font-size: .9rem; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: normal;
overflow-wrap: anywhere; }
thead th { font-size: .8rem; opacity: .7; } .number { text-align: right; font-variant-numeric: tabular-nums; }
td.bar { width: 30%; } td.bar div { height: .55rem; margin: .4rem 0 0; border-radius: .2rem; background: var(--bar); }
td.bar div.bad { margin-top: .15rem; background: var(--bad); }
td.good { color: var(--good); } td.bad { color: var(--bad); font-weight: 600; } code { font-size: .88em; }
`;
