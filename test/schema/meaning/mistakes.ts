import { column, type Planted, table } from "./world.js";

/** A planted mistake, with what must be said of it. It stands at the beginning of a text in a file, or at the | in that text. */
export interface Mistake extends Planted {
  readonly what: string;
  readonly at: readonly [file: string, text: string];
  readonly problem: RegExp;
  readonly remedy: RegExp;
}

const entity = "correct it there; an editor";

/** A mistake in a file about a table of its own, t1, t2 and so on. An empty `text` stands at the beginning of the file. */
function inFile(
  what: string, lines: string, text: string, problem: RegExp, remedy: RegExp, more: Parameters<typeof table>[1] = {},
): Mistake {
  const name = `t${++count}`;
  return {
    what, files: { [`${name}.yaml`]: `${lines}\n` }, tables: [table(name, more)], at: [`${name}.yaml`, text], problem, remedy,
  };
}
let count = 0;

const inCatalog = (what: string, planted: Planted, text: string, problem: RegExp, remedy: RegExp): Mistake => (
  { what, ...planted, at: ["catalog.yaml", text], problem, remedy });
const form = new RegExp(entity);
const role = (name: string, rest: string) => ({ roles: `  ${name}: { description: One., ${rest} }\n` });

export const ofForm: readonly Mistake[] = [
  inFile("a file that is no YAML", "owner: hidden\ndescription: Note: one", "description: |Note", /it is not YAML/, /correct the file/),
  inFile("a key of YAML that stands twice", "owner: everyone\nowner: hidden", "owner: everyone\n|owner",
    /not YAML: Map keys must be unique/, /correct/),
  inFile("a word that is not known", "ownr: everyone", "ownr", /ownr: is not known here/, form),
  inFile("a word that is not known in a field", "fields:\n  id: { clas: public }", "clas", /fields.id.clas: is not known/, form),
  inFile("an owner of no rule", "owner: everone", "owner",
    /owner: must be everyone or hidden or referenced; did you mean everyone\?/, form),
  inFile("an owner of two rules", "owner: { field: id, through: [customer] }", "through", /owner.through: is not known/, form),
  inFile("a lookup without an order", "lookups:\n  - { name: ones, by: customer_id }", "{ name", /lookups.0.order: is missing/, form),
  inFile("an order without a direction", "lookups: [{ name: twos, by: customer_id, order: id }]", "order",
    /order: is a column and asc or desc/, form),
  inFile("a search that is no list", "search: title", "search", /search: must be a list/, form),
  inFile("a search of nothing", "search: []", "search", /search: is empty/, form),
  inFile("a lookup by nothing", "lookups: [{ name: threes, by: \"\", order: id asc }]", "by", /lookups.0.by: is empty/, form),
  inFile("zero dates of no sort", "fields: { made_on: { zero-dates: never } }", "zero-dates", /must be text or null or refuse/, form),
  inFile("a field as nothing known", "fields: { a: { as: bolean } }", "as:", /must be boolean .*did you mean boolean\?/, form),
  inFile("keep that is not false", "fields: { a: { keep: true } }", "keep", /keep: must be false/, form),
  inFile("an API name with a blank", "name: Order Line", "name", /name: begins with a letter, and has only letters/, form),
  inFile("an API name of GraphQL's own", "fields: { a: { name: __a } }", "name", /fields.a.name: begins with a letter/, form),
  inFile("a lookup with a name that no API has", "lookups: [{ name: my-rows, by: customer_id, order: id asc }]", "name",
    /lookups.0.name: begins with a letter/, form),
  inCatalog("a class without a meaning", { classes: "  odd: 5\n" }, "odd: 5", /classes.odd: must be a text/, form),
  inCatalog("a claim of no table", role("claimant", "reads: [public], rows: { claim: some_id }"), "rows: { claim: some_id",
    /roles.claimant.rows.of: is missing/, form),
  inCatalog("a role without rows", role("rowless", "reads: [public]"), "rowless", /roles.rowless.rows: is missing/, form),
  inCatalog("a part that is not known", { top: "clases: {}\n" }, "clases", /clases: is not known here/, form),
  inCatalog("a zone other than UTC", { top: "datetime-zone: Europe/Berlin\n" }, "datetime-zone", /datetime-zone: is UTC/, form),
];

export const ofPolicy: readonly Mistake[] = [
  inCatalog("a role that reads a class that is not there", role("misreading", "reads: [public, pubic], rows: all"), "pubic",
    /the role misreading reads pubic, which is no class; did you mean public\?/, /name some of public, internal/),
  inCatalog("a role whose rows are of a table that is not there", role("custom",
    "reads: [public], rows: { claim: custom_id, of: custmer }"),
    "of: custmer", /no table custmer in the catalog; did you mean customer\?/, /the table whose key the claim holds/),
  inCatalog("a role whose rows are of a key of two columns", role("paired", "reads: [public], rows: { claim: pair_id, of: pair }"),
    "of: pair",
    /the key of pair has several columns/, /a table with a key of one column/),
  inCatalog("a claim that holds keys of two tables", role("both", "reads: [public], rows: { claim: customer_id, of: supplier }"),
    "claim: customer_id, of: supplier", /the claim customer_id holds a key of supplier here, and another table's for the role customer/,
    /another claim/),
  inCatalog("a role with a name that no token has", role("Big Boss", "reads: all, rows: all"), "Big Boss", /Big Boss cannot name a role/,
    /lower case/),
  inCatalog("two roles alike in the API", { roles: ["night-shift", "night_shift"]
    .map((name) => `  ${name}: { description: One., reads: all, rows: all }\n`).join("") }, "night_shift",
  /would call night-shift and night_shift both NIGHT_SHIFT/, /otherwise/),
  inCatalog("two classes alike in the API", { classes: "  top-secret: One.\n  top_secret: Two.\n" }, "top_secret",
    /would call top-secret and top_secret both TOP_SECRET/, /otherwise/),
  inCatalog("a class with a name of Sluice's own", { classes: "  unclassified: Mine.\n" }, "unclassified", /what no file names/,
    /otherwise/),
  inCatalog("an included table that is not there", { include: "salse" }, "salse", /no table salse to include; did you mean sale\?/,
    /correct/),
  inCatalog("an excluded table that is not there", { exclude: "passwrds" }, "passwrds", /no table passwrds to exclude/, /correct/),
  inCatalog("an excluded table that has a file", {
    exclude: "left_*", tables: [table("left_over")], files: { "left_over.yaml": "owner: hidden\n" },
  }, "left_*", /excludes the table left_over, which .*left_over\.yaml describes/, /remove one of the two/),
];

const scoped = (rule: string) => `owner: { scopes: { customer: ${rule} } }`;

export const ofTables: readonly Mistake[] = [
  { what: "a table that is not there", files: { "suplier.yaml": "owner: hidden\n" }, at: ["suplier.yaml", ""],
    problem: /no table suplier, or .*did you mean supplier\?/, remedy: /correct the name/ },
  { what: "a second file about a table", tables: [table("twin")],
    files: { "twin.yaml": "owner: hidden\n", "twin_again.yaml": "owner: hidden\ntable: twin\n" }, at: ["twin_again.yaml", "table"],
    problem: /twin\.yaml is about the table twin, too/, remedy: /one file for each table/ },
  inFile("a view", "owner: hidden", "", /is a view, which has no log/, /remove the file/, { isView: true, key: [] }),
  inFile("a table without a key", "owner: hidden", "", /no primary key, and no unique index/, /ADD PRIMARY KEY/, { key: [] }),
  inFile("a key of a column that is not there", "key: [idd]", "idd", /the key names idd, which is no column of t\d+; did you mean id\?/,
    /is kept/),
  inFile("a key of a column that can be null", "key: [id, note]", "note", /note can be null/, /NOT NULL/),
  inFile("a key that names a column twice", "key: [a, b, a]", "a]", /the key names a twice/, /once/),
  inFile("a key that never leaves MySQL", "fields: { a: public, id: { keep: false } }", "id",
    /the key names id, which never leaves MySQL/, /is kept/),
  inFile("a field that is not there", "fields:\n  id: public\n  titel: public", "titel", /no column titel in t\d+; did you mean title\?/,
    /correct/),
  inFile("a class that is not there", "fields:\n  id: publc", "id", /class publc, which .* not have; did you mean public\?/,
    /public, internal/),
  inFile("a class that is not there, in full", "fields:\n  id: { class: priv }", "class", /id has the class priv/, /give it one of/),
  inFile("a type that no kind is for", "owner: hidden", "", /odd is a type of tomorrow, which cannot be followed/, /keep: false/,
    { columns: [...table("x").columns, column("odd", null)] }),
  inFile("a truth value in a text", "fields: { title: { as: boolean } }", "as:", /title is string, which holds no truth value/,
    /remove `as`/),
  inFile("a UUID in a number", "fields: { a: { as: uuid } }", "as:", /holds no UUID/, /remove `as`/),
  inFile("a UUID of swapped bytes in a text", "fields: { title: { as: uuid-swapped } }", "as:", /holds no UUID in this form/,
    /what the column holds/),
  inFile("a moment in a date", "fields: { made_on: { as: moment } }", "as:", /is no DATETIME/, /remove `as`/),
  inFile("zero dates of a text", "fields: { title: { zero-dates: text } }", "zero-dates", /title is string, which holds no date/,
    /remove/),
];

export const ofRows: readonly Mistake[] = [
  inFile("one owner field for two scopes", "owner: { field: customer_id }", "owner", /several row scopes \(customer, supplier/, /scopes:/),
  inFile("an owner field that is not there", scoped("{ field: custmer_id }"), "field", /owner rule names custmer_id, which is no column/,
    /kept/),
  inFile("an owner field that never leaves MySQL", `${scoped("{ field: secret }")}\nfields: { secret: { keep: false } }`, "field",
    /the owner rule names secret, which never leaves MySQL/, /is kept/),
  inFile("an owner through what is no reference", "owner: { through: [customer, title] }", "title", /through title, which is no reference/,
    /customer_id, supplier_id/),
  inFile("an owner of a scope through what is no reference", scoped("{ through: [nothing] }"), "nothing", /through nothing/,
    /name some of/),
  inFile("an owner of a scope that no role has", "owner:\n  scopes:\n    custumer: everyone", "custumer",
    /no role has rows of custumer; did you mean customer\?/, /customer, supplier/),
  inFile("a reference to a table that is not there", "references: [{ fields: [a], to: custommer }]", "to",
    /no table custommer .*customer\?/, /followed/),
  inFile("a reference by a column that is not there", "references: [{ fields: [aa], to: customer }]", "aa", /a reference names aa/,
    /kept/),
  inFile("a reference by one column to a key of two", "references: [{ fields: [a], to: pair }]", "fields",
    /names 1 columns, .* is \(a, b\)/, /one column for each/),
  inFile("a reference by a text to a number", "references: [{ fields: [title], to: customer }]", "title",
    /title holds string, and id of customer holds int32/, /such keys/),
  inFile("a reference that is there twice", "references:\n  - { fields: [a, b], to: pair }\n  - { fields: [a, b], to: pair, name: again }",
    "{ fields: [a, b], to: pair, name", /the reference to pair by a, b is there twice/, /remove one/),
  inFile("a reference called like a column", "references: [{ fields: [a], to: customer, name: title }]", "name",
    /called title, as the column title is/, /another name/),
  inFile("two references of one name",
    "references:\n  - { fields: [a], to: customer, name: other }\n  - { fields: [b], to: supplier, name: other }",
    "supplier, |name", /two references would be called other/, /another name/),
  inFile("a lookup by a column that is not there", "lookups: [{ name: fours, by: custmer_id, order: id asc }]", "by",
    /fours names custmer_id/, /kept/),
  inFile("a lookup by what references nothing", "lookups: [{ name: fives, by: a, order: id asc }]", "by", /by a, which references no/,
    /foreign key/),
  inFile("a lookup by what never leaves MySQL",
    "fields: { supplier_id: { keep: false } }\nlookups: [{ name: sixes, by: supplier_id, order: id asc }]",
    "by:", /sixes names supplier_id, which never leaves/, /kept/),
  inFile("a lookup ordered by a column that is not there", "lookups: [{ name: sevens, by: customer_id, order: made_of desc }]", "order",
    /names made_of, which .*did you mean made_on\?/, /kept/),
  inFile("a lookup ordered by what can be null", "lookups: [{ name: eights, by: customer_id, order: note asc }]", "order",
    /ordered by note, which can be null/, /NOT NULL/),
  inFile("a search in a column that is not there", "search: [titl]", "titl", /search names titl, .*did you mean title\?/, /kept/),
  inFile("a search in an amount", "search: [title, price]", "price", /search names price, which holds decimal/, /columns of text/),
  inFile("a search in a column twice", "search: [title, title]", "title]", /search names title twice/, /once/),
  inFile("a search in what never leaves MySQL", "fields: { secret: { keep: false } }\nsearch: [secret]", "secret]",
    /search names secret, which never/, /kept/),
];

export const ofNames: readonly Mistake[] = [
  { what: "two types of one name", tables: [table("bid"), table("offer")],
    files: { "bid.yaml": "name: Deal\n", "offer.yaml": "owner: hidden\nname: Deal\n" }, at: ["offer.yaml", "name"],
    problem: /two types would be called Deal: that of bid and that of offer/, remedy: /another `name`/ },
  inFile("a type called like one of the API", "name: PageInfo", "name", /called PageInfo: the API's own and/, /another `name`/),
  inFile("two columns of one name", "name: Viewer2\nfields: { a: { name: b1 }, b: { name: b1 } }", "name: b1 } }",
    /two fields of Viewer2 would be called b1: that of the column a and that of the column b/, /another `name`/),
  { what: "two lookups of one name on one table", tables: [table("lease"), table("loan")],
    files: {
      "lease.yaml": "lookups: [{ name: deals, by: customer_id, order: id asc }]\n",
      "loan.yaml": "lookups: [{ name: deals, by: customer_id, order: id asc }]\n",
    }, at: ["loan.yaml", "name"], problem: /two fields of Customer would be called deals: the lookup of lease .* and the lookup of loan/,
    remedy: /another `name`/ },
  inFile("a lookup called like a column of the referenced table", "lookups: [{ name: price, by: customer_id, order: id asc }]", "name",
    /two fields of Customer would be called price: that of the column price and the lookup/, /another `name`/),
  { what: "a lookup that a store would keep in another's table", tables: [table("visit"), table("visit_by_customer_id")],
    files: { "visit.yaml": "lookups:\n  - { name: visits, by: customer_id, order: id asc }\n",
    "visit_by_customer_id.yaml": "owner: hidden\n" },
    at: ["visit.yaml", "{ name: visits"],
    problem: /two tables of a store would be called visit_by_customer_id: the table visit_by_customer_id and the lookup visits/,
    remedy: /list by another column/ },
];
