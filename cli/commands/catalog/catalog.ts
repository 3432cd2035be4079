import { url } from "../../../runtime/values.js";
import type { Catalog } from "../../../schema/catalog.js";
import { catalogFolder } from "../../../schema/meaning/setting.js";
import { fieldName, typeName } from "../../../schema/names.js";
import { syncSettings } from "../../../sync/settings.js";
import { command } from "../../command.js";
import { counted, table } from "../../output.js";

export const catalog = command({
  name: "catalog",
  description: "Hold a catalog against a live MySQL: whether it fits, what it makes of the tables, and which role reads which field.",
  settings: { catalog: catalogFolder, mysql: { ...syncSettings.mysql, schema: url("mysql") } },
  words: {
    name: "act", description: "whether it fits, all of it, or roles against fields (default: check)", choices: ["check", "show", "matrix"],
  },
  exitCodes: {
    0: "The catalog fits the database.",
    2: "It does not: each mistake is listed with its file, line and remedy; or the server does not answer.",
  },
  async run({ catalog: folder, mysql }, { words: [act = "check"], out }) {
    const { catalogOfFolder } = await import("../../../sync/mysql/catalog.js");
    const { catalog: found, refused } = await catalogOfFolder(mysql, folder);
    const { entities, classes, roles } = found;
    switch (act) {
      case "show": return out.result({ entities, classes, roles }, shownText(found));
      case "matrix": return out.result(matrixOf(found), matrixText(found));
      default:
        for (const { where, problem, remedy } of refused) out.say(`not followed: ${where}: ${problem}. Remedy: ${remedy}`);
        out.result({ entities: entities.length, roles: Object.keys(roles), refused }, `${folder} fits: ${sizeText(found)}`);
    }
  },
});

function sizeText({ entities, roles }: Catalog): string {
  const fields = entities.reduce((sum, of) => sum + Object.keys(of.fields).length, 0);
  return [counted(entities.length, "table"), counted(fields, "field"), counted(Object.keys(roles).length, "role")].join(", ");
}

function shownText({ entities }: Catalog): string {
  return entities.map((of) => [
    `${typeName(of)}  (table ${of.table}, key ${of.key.join(", ")}, rows: ${ownerText(of.owner)})`,
    table(["field", "column", "kind", "class", "null", "description"], Object.entries(of.fields).map(([column, field]) => [
      fieldName(of, column), column, field.type.kind, field.class, field.nullable ? "yes" : "", field.description,
    ])),
    ...of.references.map(({ name, fields, to }) => `  ${name} -> ${to} by ${fields.join(", ")}`),
    ...of.lookups.map(({ name, by, orderBy, direction }) => `  listed as ${name} by ${by}, ordered by ${orderBy} ${direction}`),
    ...(of.search.length > 0 ? [`  searched in ${of.search.join(", ")}`] : []),
  ].join("\n")).join("\n\n");
}

function ownerText(owner: Catalog["entities"][number]["owner"]): string {
  switch (owner.kind) {
    case "everyone": case "hidden": case "referenced": return owner.kind;
    case "field": return `by ${owner.field}`;
    case "through": return `through ${owner.references.join(", ")}`;
    case "by scope": return Object.entries(owner.of).map(([scope, rule]) => `${scope}: ${ownerText(rule)}`).join("; ");
    default: return owner satisfies never;
  }
}

/** For each field, the roles that read it. */
function matrixOf({ entities, roles }: Catalog) {
  return entities.flatMap((of) => Object.entries(of.fields).map(([column, field]) => ({
    field: `${typeName(of)}.${fieldName(of, column)}`, class: field.class,
    readBy: Object.entries(roles).filter(([, { reads }]) => reads.includes(field.class)).map(([name]) => name),
  })));
}

function matrixText(catalogOf: Catalog): string {
  const names = Object.keys(catalogOf.roles);
  const rows = Object.entries(catalogOf.roles).map(([name, { rows: seen }]) => `${name} sees ${seen === "all" ? "every row"
    : `the rows of its own ${seen.of} (claim ${seen.claim})`}`);
  return [
    table(["field", "class", ...names], matrixOf(catalogOf).map(({ field, class: of, readBy }) =>
      [field, of, ...names.map((name) => (readBy.includes(name) ? "reads" : "-"))])),
    "", ...rows,
  ].join("\n");
}
