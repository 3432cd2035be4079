import { shownAs } from "../../gateway/graphql/kinds.js";
import { Long } from "../../gateway/graphql/scalars.js";
import type { FieldType } from "../../schema/fields.js";
import { type FieldKind, kindOf, kinds, sortKeyOf } from "../../schema/kinds/kinds.js";
import { heldAs as inCassandra } from "../../stores/cassandra/values/kinds.js";
import { heldAs as inElasticsearch, type Property, type Use } from "../../stores/elasticsearch/kinds.js";
import { heldAs as inSqlite } from "../../stores/embedded/tables/kinds.js";
import { code, type Page, table } from "./markdown.js";

/** Every kind: the MySQL types it comes from, its values, and what each store and the API make of it. */
export function typesPage(): Page {
  const all = Object.entries(kinds) as readonly (readonly [FieldKind, { readonly type: FieldType }])[];
  return {
    file: "types.md", title: "Types", about: "every type of MySQL, its kind, and what each store and the API make of it",
    body: `Each column has a *kind*, by its MySQL type and by what the catalog says of it. The kind decides what its values are, exactly:
\`verify\` compares these texts and numbers.

## From MySQL to a kind

${table(["MySQL type", "kind", "value", "example"], all.map(([name, { type }]) => {
    const { columns, value, example } = kindOf(type);
    return [columns, code(name), value, code(JSON.stringify(example))];
  }))}

## From a kind to the stores and the API

Elasticsearch keeps the exact value in \`_source\`, and the table has the type of its index. *Order* is that of lists: a store
refuses a lookup that is ordered by what it cannot order, also Elasticsearch by a decimal of more than 15 digits. A field of \`JSON\` takes
a \`path\`.

${table(["kind", "SQLite", "Cassandra", "Elasticsearch", "GraphQL", "argument in a key", "order"], [
    ...all.flatMap(([name, { type }]) => [row(code(name), type), ...(variants[name] ?? []).map(([said, other]) => row(said, other))]),
  ])}`,
  };
}

/** What a catalog may say of a column that makes a store or the API keep it otherwise. */
const variants: Partial<Record<FieldKind, readonly (readonly [said: string, type: FieldType])[]>> = {
  uuid: [["`uuid` of a CHAR(36)", { kind: "uuid", stored: "text" }], ["`uuid`, `as: uuid-swapped`", { kind: "uuid", stored: "swapped" }]],
  date: [["`date`, `zero-dates: text`", { kind: "date", zeros: "text" }]],
  datetime: [["`datetime`, `zero-dates: text`", { kind: "datetime", zeros: "text" }]],
  timestamp: [["`timestamp`, `zero-dates: text`", { kind: "timestamp", zeros: "text" }]],
};

const read: Use = { isCompared: false, isSearched: false };
const compared: Use = { isCompared: true, isSearched: false };

function row(said: string, type: FieldType): readonly string[] {
  const { scalar, isList, argument } = shownAs(type);
  const shown = scalar === "enum" ? "an enum" : code(scalar.name);
  return [
    said, code(inSqlite(type).column), code(inCassandra(type).cql), indexText(type),
    isList ? `a list of ${shown}` : scalar === Long ? `${shown}; \`ID\` in a key or a reference` : shown, code(argument.name),
    orderText(type),
  ];
}

function indexText(type: FieldType): string {
  const { property, order } = inElasticsearch(type);
  const text = code(property(read).type ?? "object");
  const isExact = property(compared).fields === undefined;
  return [
    isIndexed(property(read)) ? text : `${text}, not indexed`, ...(isExact ? [] : ["a `keyword` beside it where it is compared"]),
    ...(order ? ["a `keyword` beside it that sorts"] : []),
  ].join("; ");
}

function orderText(type: FieldType): string {
  const { property, order } = inElasticsearch(type);
  const without = [
    ...(inSqlite(type).isOrdered ? [] : ["SQLite"]), ...(order || isIndexed(property(compared)) ? [] : ["Elasticsearch"]),
  ];
  const how = orders[type.kind] ?? (sortKeyOf(type) ? "MySQL's" : "none that is MySQL's");
  return without.length > 0 ? `${how}; not in ${without.join(" and ")}` : how;
}

/** Stores order these by their text. */
const orders: Partial<Record<FieldKind, string>> = {
  string: "by code point; MySQL's is by its collation", choice: "by its text; MySQL's is by its place among the values",
};

function isIndexed({ index, doc_values: values }: Property): boolean {
  return index !== false || values !== false;
}
